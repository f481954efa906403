/** A member of a group by the classic protocol: all give up what they have, and one of them assigns the partitions anew. */
import * as client from '@platformatic/kafka'
import { callAfter, limits } from '../../base/index.ts'
import type { GroupMember, MemberOptions, StoredOffset } from '../port/driver.ts'
import { apiCodeOf } from './errors.ts'
import { expelledError, GroupCoordinator, isExpelled, memberError } from './group-coordinator.ts'
import { stickyAssignment } from './sticky-assignment.ts'

const [REBALANCE_IN_PROGRESS, MEMBER_ID_REQUIRED] = [27, 79]
/** Tools decode assignments of this type. */
const PROTOCOL_TYPE = 'consumer'
/** No other program assigns by it, so a consumer that claims nothing is rejected. */
const PROTOCOL = 'spillway'
const NONE = -1
const VERSION = 1

export class ClassicMember implements GroupMember {
  readonly #options: MemberOptions
  readonly #coordinator: GroupCoordinator
  #id = ''
  #generation = NONE
  #partitions: readonly number[] = []
  #isIn = false
  #wasExpelled = false
  #leads = false
  /** Partitions of the topic when this member assigned them. */
  #count = 0
  #timer: { stop(): void } | undefined
  #changed = Promise.withResolvers<void>()
  #hasLeft = false

  constructor(settings: client.BaseOptions, options: MemberOptions) {
    this.#options = options
    this.#coordinator = new GroupCoordinator(settings, options.group, options.topic)
  }

  async partitions(): Promise<readonly number[]> {
    try {
      if (this.#isIn) await this.#changed.promise
      if (this.#wasExpelled) throw expelledError()
      // The first call, or what it had is given up.
      if (!this.#isIn || this.#partitions.length === 0) return await this.#join()
      this.#isIn = false
      this.#owned = this.#partitions
      return (this.#partitions = [])
    } catch (error) {
      throw memberError(error)
    }
  }

  /** The partitions before the last rebalance. */
  #owned: readonly number[] = []

  async #join(): Promise<readonly number[]> {
    const { group, topic } = this.#options
    for (;;)
      try {
        const metadata = client.encodeConsumerProtocolSubscription({
          version: VERSION,
          topics: [topic],
          userData: Buffer.alloc(0),
          ownedPartitions: [{ topic, partitions: [...this.#owned] }],
        })
        const { KAFKA_SESSION_MS, KAFKA_REBALANCE_MS } = limits
        const joined = await this.#coordinator.request(connection =>
          client.joinGroupV9.api.async(connection, group, KAFKA_SESSION_MS, KAFKA_REBALANCE_MS, this.#id, null, PROTOCOL_TYPE, [
            { name: PROTOCOL, metadata },
          ]),
        )
        this.#id = joined.memberId
        this.#generation = joined.generationId
        this.#leads = joined.leader === joined.memberId
        const assignments = this.#leads ? await this.#assign(joined.members) : []
        const synced = await this.#coordinator.request(connection =>
          client.syncGroupV5.api.async(connection, group, this.#generation, this.#id, null, PROTOCOL_TYPE, PROTOCOL, assignments),
        )
        const { assignedPartitions } = client.decodeConsumerProtocolAssignment(synced.assignment)
        this.#partitions = assignedPartitions.flatMap(({ partitions }) => partitions)
        // Of a heartbeat before the join.
        this.#changed = Promise.withResolvers()
        this.#wasExpelled = false
        this.#isIn = true
        this.#beatLater()
        return this.#partitions
      } catch (error) {
        const code = apiCodeOf(error)
        if (this.#hasLeft) throw error
        if (code === MEMBER_ID_REQUIRED) this.#id = givenId(error)
        else if (code !== REBALANCE_IN_PROGRESS && isExpelled(error)) this.#id = ''
        else if (code !== REBALANCE_IN_PROGRESS) throw error
      }
  }

  async #assign(members: readonly { readonly memberId: string; readonly metadata: Buffer }[]) {
    const { topic } = this.#options
    this.#count = (await this.#coordinator.topic()).partitions
    const owners = members.map(({ memberId, metadata }) => ({
      id: memberId,
      owned: client.decodeConsumerProtocolSubscription(metadata).ownedPartitions.flatMap(({ partitions }) => partitions),
    }))
    return Array.from(stickyAssignment(owners, this.#count), ([memberId, partitions]) => ({
      memberId,
      assignment: client.encodeConsumerProtocolAssignment({
        version: VERSION,
        assignedPartitions: [{ topic, partitions: [...partitions] }],
      }),
    }))
  }

  #beatLater(): void {
    this.#timer?.stop()
    this.#timer = callAfter(limits.KAFKA_HEARTBEAT_MS, () => void this.#beat())
  }

  /** Stays in the group, also while partitions are given up. */
  async #beat(): Promise<void> {
    try {
      await this.#coordinator.request(connection =>
        client.heartbeatV4.api.async(connection, this.#options.group, this.#generation, this.#id, null),
      )
      if (this.#isIn && this.#leads && (await this.#coordinator.topic()).partitions !== this.#count) this.#changed.resolve()
    } catch (error) {
      const code = apiCodeOf(error)
      if (code === REBALANCE_IN_PROGRESS) this.#changed.resolve()
      else if (isExpelled(error)) {
        this.#wasExpelled = true
        return this.#changed.resolve()
      }
      // A cluster that is away shows in the next claim, and in the end of the session.
    }
    if (this.#timer) this.#beatLater()
  }

  offsets(partitions: readonly number[]): Promise<ReadonlyMap<number, StoredOffset>> {
    return this.#coordinator.offsets(partitions)
  }

  store(offsets: ReadonlyMap<number, StoredOffset>): Promise<void> {
    return this.#coordinator.store(() => ({ id: this.#wasExpelled ? '' : this.#id, epoch: this.#generation }), offsets)
  }

  async leave(): Promise<void> {
    this.#hasLeft = true
    this.#timer?.stop()
    this.#timer = undefined
    const [id, { group }] = [this.#id, this.#options]
    await this.#coordinator.leave(id, connection => client.leaveGroupV5.api.async(connection, group, [{ memberId: id }]))
  }
}

/** The id that the coordinator gives to a member without one, to be used from then on. */
function givenId(error: unknown): string {
  const { response } = error as { readonly response?: { readonly memberId?: string } }
  return response?.memberId ?? ''
}
