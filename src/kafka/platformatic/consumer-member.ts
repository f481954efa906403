/** A member of a group by the protocol of KIP-848: the coordinator assigns, and takes single partitions away by heartbeats. */
import * as client from '@platformatic/kafka'
import { callAfter, limits } from '../../base/index.ts'
import { type GroupMember, KafkaError, type MemberOptions, type StoredOffset } from '../port/driver.ts'
import { apiCodeOf } from './errors.ts'
import { expelledError, GroupCoordinator, isExpelled, memberError } from './group-coordinator.ts'

const [CONSUMER_GROUP_HEARTBEAT, UNSUPPORTED_VERSION] = [68, 35]
const NOT_SERVED = "the brokers do not serve membership: 'consumer', which Kafka has since 4.0; write membership: 'classic'"
/** Epochs with which a member joins and leaves. */
const [JOIN, LEAVE] = [0, -1]

export class ConsumerMember implements GroupMember {
  readonly #options: MemberOptions
  readonly #coordinator: GroupCoordinator
  #topicId = ''
  #id = ''
  #epoch = JOIN
  #wasExpelled = false
  /** The partitions that this member has by its last answer to the caller. */
  #partitions: readonly number[] | undefined
  /** Those that the coordinator means it to have. */
  #target: readonly number[] | undefined
  /** The answer to a heartbeat was lost. A coordinator tells an assignment once, unless a request says all. */
  #isUnsure = false
  /** Waits the caller for partitions, having given up all others? */
  #isWaiting = false
  #intervalMs: number = limits.KAFKA_HEARTBEAT_MS
  #timer: { stop(): void } | undefined
  #changed = Promise.withResolvers<void>()
  #hasLeft = false

  constructor(settings: client.BaseOptions, options: MemberOptions) {
    this.#options = options
    this.#coordinator = new GroupCoordinator(settings, options.group, options.topic)
  }

  async partitions(): Promise<readonly number[]> {
    try {
      if (this.#topicId === '') await this.#prepare()
      // Tells the coordinator what was given up, or joins.
      await this.#beat(true)
      this.#isWaiting = true
      for (;;) {
        if (this.#wasExpelled) throw expelledError()
        const next = this.#next()
        if (next) return (this.#partitions = next)
        await this.#changed.promise
        this.#changed = Promise.withResolvers()
      }
    } catch (error) {
      throw apiCodeOf(error) === UNSUPPORTED_VERSION ? new KafkaError('protocol', NOT_SERVED, { cause: error }) : memberError(error)
    } finally {
      this.#isWaiting = false
    }
  }

  async #prepare(): Promise<void> {
    if (!(await this.#coordinator.serves(CONSUMER_GROUP_HEARTBEAT))) throw new KafkaError('protocol', NOT_SERVED)
    this.#topicId = (await this.#coordinator.topic()).id
  }

  /** The partitions to tell the caller of: first those that remain, then all. Undefined for no change. */
  #next(): readonly number[] | undefined {
    const [target, partitions] = [this.#target, this.#partitions]
    if (!target) return undefined
    if (!partitions) return target
    const remaining = partitions.filter(partition => target.includes(partition))
    if (remaining.length < partitions.length) return remaining
    return target.length > partitions.length ? target : undefined
  }

  /** `hasGivenUp`: the caller has no partitions but those of its last answer. */
  async #beat(hasGivenUp: boolean): Promise<void> {
    const { group, topic } = this.#options
    this.#timer?.stop()
    let isFull = false
    const answer = await this.#coordinator.request(connection => {
      const isNew = this.#id === ''
      isFull = hasGivenUp || (this.#isUnsure && this.#isWaiting)
      const owned = isNew ? [] : [{ topicId: this.#topicId, partitions: [...(this.#partitions ?? [])] }]
      return client.consumerGroupHeartbeatV0.api.async(
        connection,
        group,
        this.#id,
        this.#epoch,
        null,
        null,
        limits.KAFKA_REBALANCE_MS,
        isNew || isFull ? [topic] : null,
        null,
        null,
        isNew || isFull ? owned.filter(({ partitions }) => partitions.length > 0) : null,
      )
    })
    if (isFull) this.#isUnsure = false
    if (answer.memberId) this.#id = answer.memberId
    this.#epoch = answer.memberEpoch
    if (answer.heartbeatIntervalMs > 0) this.#intervalMs = answer.heartbeatIntervalMs
    if (answer.assignment) {
      this.#target = answer.assignment.topicPartitions
        .filter(({ topicId }) => topicId === this.#topicId)
        .flatMap(({ partitions }) => partitions)
      this.#changed.resolve()
    }
    this.#beatLater()
  }

  /** Stays in the group, also while partitions are given up. */
  #beatLater(): void {
    if (this.#hasLeft) return
    this.#timer?.stop()
    this.#timer = callAfter(this.#intervalMs, () => {
      this.#beat(false).catch((error: unknown) => {
        // A cluster that is away shows in the next claim.
        if (!isExpelled(error)) {
          this.#isUnsure = true
          return this.#beatLater()
        }
        this.#wasExpelled = true
        this.#changed.resolve()
      })
    })
  }

  offsets(partitions: readonly number[]): Promise<ReadonlyMap<number, StoredOffset>> {
    return this.#coordinator.offsets(partitions)
  }

  store(offsets: ReadonlyMap<number, StoredOffset>): Promise<void> {
    return this.#coordinator.store(() => ({ id: this.#wasExpelled ? '' : this.#id, epoch: this.#epoch }), offsets)
  }

  async leave(): Promise<void> {
    this.#hasLeft = true
    this.#timer?.stop()
    const [id, { group }] = [this.#id, this.#options]
    await this.#coordinator.leave(id, connection =>
      client.consumerGroupHeartbeatV0.api.async(
        connection,
        group,
        id,
        LEAVE,
        null,
        null,
        limits.KAFKA_REBALANCE_MS,
        null,
        null,
        null,
        null,
      ),
    )
  }
}
