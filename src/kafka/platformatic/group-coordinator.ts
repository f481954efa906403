/** The coordinator of a group: finds it, and sends it one request at a time, so that each has the epoch of the answer before it. */
import * as client from '@platformatic/kafka'
import { limits, pause, stopwatch } from '../../base/index.ts'
import { KafkaError, type StoredOffset } from '../port/driver.ts'
import { connectToCoordinator, findCoordinator } from './coordinator-lookup.ts'
import { apiCodeOf, kafkaError } from './errors.ts'

/** The coordinator is another one, or is not ready: it has done nothing. */
const movedCodes: ReadonlySet<number | undefined> = new Set([14, 15, 16])
/**
 * The group has gone on without the member: ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, REBALANCE_IN_PROGRESS, and those of KIP-848. And
 * GROUP_ID_NOT_FOUND: brokers delete a group without members and offsets within ten minutes.
 */
const expelledCodes: ReadonlySet<number | undefined> = new Set([22, 25, 27, 69, 110, 113])
const AGAIN_MS = 100

/** The member as its group knows it. */
export interface MemberIdentity {
  readonly id: string
  /** Generation of a classic group, or epoch of the member. */
  readonly epoch: number
}

export class GroupCoordinator {
  readonly #settings: client.BaseOptions
  readonly #admin: client.Admin
  readonly #group: string
  readonly #topic: string
  #node: number | undefined
  #last: Promise<unknown> = Promise.resolve()
  #closed: Promise<void> | undefined

  /** Has connections of its own: a fetch that waits for records would hold requests up. */
  constructor(settings: client.BaseOptions, group: string, topic: string) {
    this.#settings = settings
    this.#admin = this.#open()
    this.#group = group
    this.#topic = topic
  }

  #open(): client.Admin {
    return new client.Admin({ ...this.#settings, retries: false })
  }

  /** Sends a request once those before it are answered. Repeats it while the coordinator has done nothing. Throws errors of the client. */
  request<T>(send: (connection: client.Connection) => Promise<T>): Promise<T> {
    const answer = this.#last.then(() => this.#send(send))
    this.#last = answer.catch(() => {})
    return answer
  }

  async #send<T>(send: (connection: client.Connection) => Promise<T>): Promise<T> {
    const began = stopwatch()
    for (;;)
      try {
        return await send(await this.#connection(this.#admin))
      } catch (error) {
        const isMoved = movedCodes.has(apiCodeOf(error))
        // A broker that is away may stay away, while another one coordinates the group.
        if (isMoved || kafkaError(error).kind === 'unavailable') this.#node = undefined
        if (!isMoved || stopwatch() - began > limits.KAFKA_CONNECT_MS) throw error
        await pause(AGAIN_MS)
      }
  }

  async #connection(admin: client.Admin): Promise<client.Connection> {
    this.#node ??= await findCoordinator(admin, 'GROUP', this.#group)
    return connectToCoordinator(admin, this.#node, this.#group)
  }

  /** Does a broker serve an API? */
  async serves(apiKey: number): Promise<boolean> {
    return (await this.#admin.listApis()).some(api => api.apiKey === apiKey)
  }

  async topic(): Promise<{ readonly id: string; readonly partitions: number }> {
    const { topics } = await this.#admin.metadata({ topics: [this.#topic], forceUpdate: true })
    const metadata = topics.get(this.#topic)
    if (!metadata) throw new KafkaError('missing', `topic '${this.#topic}' does not exist`)
    return { id: metadata.id, partitions: metadata.partitionsCount }
  }

  async offsets(partitions: readonly number[]): Promise<ReadonlyMap<number, StoredOffset>> {
    try {
      const topics = [{ name: this.#topic, partitionIndexes: [...partitions] }]
      const groups = [{ groupId: this.#group, memberId: null, memberEpoch: -1, topics }]
      const answer = await this.request(connection => client.offsetFetchV9.api.async(connection, groups, false))
      const stored = answer.groups[0].topics.flatMap(topic => topic.partitions).filter(({ committedOffset }) => committedOffset >= 0n)
      return new Map(
        stored.map(({ partitionIndex, committedOffset, committedLeaderEpoch, metadata }) => [
          partitionIndex,
          { place: { offset: Number(committedOffset), epoch: committedLeaderEpoch }, metadata: metadata ?? '' },
        ]),
      )
    } catch (error) {
      throw kafkaError(error)
    }
  }

  /** `identity`: the member when the request is sent. @throws as `GroupMember.store` does. */
  async store(identity: () => MemberIdentity, offsets: ReadonlyMap<number, StoredOffset>): Promise<void> {
    const partitions = Array.from(offsets, ([partitionIndex, { place, metadata }]) => ({
      partitionIndex,
      committedOffset: BigInt(place.offset),
      committedLeaderEpoch: place.epoch,
      committedMetadata: metadata,
    }))
    try {
      await this.request(connection => {
        const { id, epoch } = identity()
        // An offset without a member would be stored while the group is empty.
        if (id === '') throw expelledError()
        return client.offsetCommitV9.api.async(connection, this.#group, epoch, id, null, [{ name: this.#topic, partitions }])
      })
    } catch (error) {
      throw memberError(error)
    }
  }

  /**
   * Sends the last request of a member at once, over a connection of its own, and closes: the answer to a join waits until all other members have
   * joined, or have been expelled. Sends nothing for a member without an id, which is in no group. Never rejects: a member that does not leave is
   * expelled in time.
   */
  leave(id: string, send: (connection: client.Connection) => Promise<unknown>): Promise<void> {
    this.#closed ??= id === '' ? this.#admin.close().catch(() => {}) : this.#leave(send)
    return this.#closed
  }

  async #leave(send: (connection: client.Connection) => Promise<unknown>): Promise<void> {
    const admin = this.#open()
    await this.#connection(admin)
      .then(send)
      .catch(() => {})
    await Promise.all([admin, this.#admin].map(each => each.close().catch(() => {})))
  }
}

/** Has the group gone on without the member? */
export const isExpelled = (error: unknown): boolean => expelledCodes.has(apiCodeOf(error))

/** The error of a member for an exception of the client. */
export function memberError(error: unknown): KafkaError {
  return isExpelled(error) ? expelledError(error) : kafkaError(error)
}

/** The error of a member that was expelled. */
export const expelledError = (cause?: unknown): KafkaError =>
  new KafkaError('fenced', 'the group has gone on without this member', { cause })
