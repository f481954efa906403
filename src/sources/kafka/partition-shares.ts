/**
 * The shares of a run in a topic as a member of a group: acquires the partitions that the group assigns, claims records before they are submitted,
 * gives partitions up, and reads what the run owes of partitions that others have (`partition-share.ts`).
 *
 * Two loops use it: `follow`, which goes with the group, also while a batch waits for room in the run; and the reader, which submits.
 */
import { limits, withDeadline } from '../../base/index.ts'
import { type FetchedRecords, type GroupMember, KafkaError, type PartitionPlace, type TopicFetch } from '../../kafka/index.ts'
import type { ReadBatch, ReadContext } from '../reader/source-reader.ts'
import { memberIn, positionText, resumePlace } from './topic-position.ts'
import { numbersFrom, type TopicSession } from './topic-session.ts'
import type { TopicStart } from './topic-start.ts'
import type { ClaimStore } from './claim-store.ts'
import { NextAssignment } from './next-assignment.ts'
import { type OwnRecords, ownRecords, type ReadShare } from './own-records.ts'
import { DurablePositions } from './durable-positions.ts'
import { PartitionShare } from './partition-share.ts'

interface PartitionSharesOptions {
  /** Name of the reader. */
  readonly name: string
  /** Id of this member over all starts. */
  readonly id: string
  /** False if the id is to be durable in a position before anything is claimed under it. */
  readonly isKnown: boolean
  readonly member: GroupMember
  readonly claims: ClaimStore
  readonly session: TopicSession
  readonly fetch: TopicFetch
  readonly context: ReadContext
  readonly from: TopicStart
  /** Milliseconds between two looks for records that are owed. */
  readonly checkMs: number
}

export class PartitionShares {
  readonly #options: PartitionSharesOptions
  readonly #read = new Map<number, ReadShare>()
  /** Partitions that this reader has by its contract with the run. */
  readonly #assigned = new Set<number>()
  readonly #revoked = new Map<number, Promise<void>>()
  readonly #over = new AbortController()
  /** Batches without records that the reader is to submit. */
  #starts: ReadBatch[] = []
  #started = Promise.withResolvers<void>()
  #failure: { readonly error: unknown } | undefined
  readonly positions = new DurablePositions()
  /** True once the group has answered with an assignment. */
  hasJoined = false

  constructor(options: PartitionSharesOptions) {
    this.#options = options
  }

  /** The partitions that the group has assigned and that are read. */
  get held(): readonly number[] {
    return [...this.#read].flatMap(([partition, { share }]) => (share.claim.holder === this.#options.id ? [partition] : []))
  }

  /** Without `follow`: is each assigned partition read to its end? */
  get isRead(): boolean {
    if (!this.hasJoined || this.#starts.length > 0) return false
    return [...this.#read.values()].every(({ share, end }) => share.isOver || share.reading.from.offset >= end!)
  }

  /** Goes with the group until `stop`. `whenStarts` rejects with the error of its cluster. */
  follow(): void {
    this.#follow().catch((error: unknown) => {
      this.#failure = { error }
      this.#started.resolve()
    })
  }

  async #follow(): Promise<void> {
    const { checkMs, session } = this.#options
    let change = new NextAssignment(this.#options.member)
    for (;;) {
      await session.unlessAborted(change.wait(checkMs, this.#over.signal))
      if (this.#over.signal.aborted) return
      const assigned = change.partitions
      if (!assigned) await session.checkTopic()
      else {
        await this.#giveUp(this.held.filter(partition => !assigned.includes(partition)))
        await this.#acquire(assigned.filter(partition => !this.held.includes(partition)))
        this.hasJoined = true
        change = new NextAssignment(this.#options.member)
      }
      await this.#readOwed()
      this.#start([])
    }
  }

  stop(): void {
    this.#over.abort()
  }

  /** Resolves when there are batches without records to submit, or something else has changed. */
  async whenStarts(): Promise<undefined> {
    if (this.#starts.length === 0 && !this.#failure) await this.#started.promise
    if (this.#failure) throw this.#failure.error
    return undefined
  }

  nextStart(): ReadBatch | undefined {
    if (this.#starts.length === 0) this.#started = Promise.withResolvers()
    return this.#starts.shift()
  }

  #start(batches: readonly ReadBatch[]): void {
    this.#starts.push(...batches)
    this.#started.resolve()
  }

  positionText(place: PartitionPlace): string {
    return positionText(this.#options.session.topic, place, this.#options.id)
  }

  /** The records of a partition that is still read, up to where the member may read. */
  partOf(fetched: FetchedRecords): OwnRecords | undefined {
    const read = this.#read.get(fetched.partition)
    return read && ownRecords(fetched, read)
  }

  /** Claims records that `partOf` has just returned. @throws the error of a claim that is not stored, or may not be. */
  async claim({ fetched: { partition }, read, place }: OwnRecords): Promise<void> {
    const claim = read.share.claimBefore(place)
    if (!claim) return
    read.isClaiming = true
    read.claiming = this.#options.claims.store(new Map([[partition, claim]]))
    await this.#options.session.unlessAborted(read.claiming)
    read.isClaiming = false
    read.share.stored(claim)
  }

  /** False once the partition of these records was taken away, also if it has come back. */
  isReading({ fetched: { partition }, read }: OwnRecords): boolean {
    return this.#read.get(partition) === read
  }

  /** All of these records were submitted. Returns a batch without records if reading goes on at a later place. */
  submitted({ fetched: { partition }, read, place, fetchedTo }: OwnRecords): ReadBatch | undefined {
    const next = read.share.submitted(place)
    if (this.#read.get(partition) !== read) return undefined
    if (read.share.isOver) {
      const revoked = this.#revoke([partition])
      // A run that fails ends reading by itself.
      revoked.catch(() => {})
      this.#revoked.set(partition, revoked)
      return undefined
    }
    // A fetch does not know where a range ends.
    if (next.offset !== fetchedTo) read.assignment = this.#options.fetch.assign(partition, next)
    return next.offset === place.offset ? undefined : this.#startBatch(partition, next)
  }

  #drop(partition: number): void {
    this.#read.delete(partition)
    this.#starts = this.#starts.filter(start => start.partition !== String(partition))
    this.#options.fetch.revoke(partition)
  }

  #startBatch(partition: number, place: PartitionPlace): ReadBatch {
    return { records: [], position: this.positionText(place), partition: String(partition) }
  }

  #recorded(partition: number): PartitionPlace | undefined {
    const { name, session, context } = this.#options
    return resumePlace(name, session.topic, context.committedPosition(String(partition)))
  }

  async #acquire(partitions: readonly number[]): Promise<void> {
    if (partitions.length === 0) return
    const { id, isKnown, session, context } = this.#options
    await session.checkTopic()
    // It may owe records of a partition that it gets now.
    await this.#revoke(partitions.filter(partition => this.#assigned.has(partition)))
    await Promise.all(partitions.flatMap(partition => this.#revoked.get(partition) ?? []))
    const [stored, ends] = [
      await this.#options.claims.read(partitions),
      context.follow ? undefined : await session.offsets(partitions, 'stable'),
    ]
    const starts = await this.#starting(partitions.filter(partition => !stored.has(partition) && !this.#recorded(partition)))
    // The reader has given up all that was assigned.
    if (this.#over.signal.aborted) return
    context.assign(partitions.map(String))
    const shares = partitions.map(partition => {
      this.#assigned.add(partition)
      const [claim, recorded] = [stored.get(partition), this.#recorded(partition)]
      const start = { offset: starts.get(partition) ?? 0, epoch: -1 }
      const share = PartitionShare.acquire(id, { ...(claim && { stored: claim }), ...(recorded && { recorded }), start })
      return [partition, share] as const
    })
    const positions = shares.flatMap(([partition, share]) => {
      const batch = this.#startBatch(partition, share.reading.from)
      return batch.position === context.committedPosition(String(partition)) ? [] : [batch]
    })
    const isNew =
      !isKnown && partitions.some(partition => memberIn(this.#options.name, context.committedPosition(String(partition))) !== id)
    const durable = isNew ? positions.map(({ position, partition }) => this.positions.when(position!, partition!)) : []
    this.#start(positions)
    await session.unlessAborted(Promise.all(durable))
    await this.#options.claims.store(new Map(shares.map(([partition, { claim }]) => [partition, claim])))
    for (const [partition, share] of shares) {
      this.#startReading(partition, share, ends?.get(partition))
    }
  }

  #startReading(partition: number, share: PartitionShare, end: number | undefined): void {
    const assignment = this.#options.fetch.assign(partition, share.reading.from)
    this.#read.set(partition, { share, assignment, claiming: Promise.resolve(), isClaiming: false, end })
  }

  /**
   * Where to begin with partitions that nobody has read. A partition that the topic got later is read from its first record; offsets name the
   * partitions for which they are.
   */
  async #starting(partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const { session, from } = this.#options
    if (partitions.length === 0) return new Map()
    const isGrown = (await this.#options.claims.read(numbersFrom(0, session.topic.partitions))).size > 0
    return session.starts(partitions, isGrown && typeof from !== 'object' ? 'earliest' : from)
  }

  /** Gives partitions up: what was not recorded of them is free again, once all that was submitted is durable. */
  async #giveUp(partitions: readonly number[]): Promise<void> {
    if (partitions.length === 0) return
    const lost = partitions.map(partition => [partition, this.#read.get(partition)!] as const)
    for (const partition of partitions) this.#drop(partition)
    // A claim that fails ends the membership: it must not be released afterwards.
    await Promise.all(lost.map(([, { claiming }]) => claiming))
    await this.#revoke(partitions)
    await this.#options.claims.store(new Map(lost.map(([partition, { share }]) => [partition, share.release(this.#recorded(partition)!)])))
  }

  async #revoke(partitions: readonly number[]): Promise<void> {
    for (const partition of partitions) {
      this.#drop(partition)
      this.#assigned.delete(partition)
    }
    if (partitions.length > 0) await this.#options.context.revoke(partitions.map(String))
  }

  /** Reads what this run has claimed and not recorded of partitions that others have. */
  async #readOwed(): Promise<void> {
    const { id, session, context } = this.#options
    const others = numbersFrom(0, session.topic.partitions).filter(partition => !this.#assigned.has(partition) && this.#recorded(partition))
    if (others.length === 0) return
    await Promise.all(others.flatMap(partition => this.#revoked.get(partition) ?? []))
    for (const [partition, claim] of await this.#options.claims.read(others)) {
      if (this.#over.signal.aborted) return
      const share = PartitionShare.owe(id, claim, this.#recorded(partition)!)
      if (!share) continue
      context.assign([String(partition)])
      this.#assigned.add(partition)
      this.#startReading(partition, share, share.reading.end)
    }
  }

  /** Releases nothing any more: after an error it is not known which claims the group has stored. */
  forget(): void {
    this.stop()
    this.#read.clear()
  }

  /** Ends after an error: gives everything up without a release, and leaves the group. Resolves when all that was submitted is durable. */
  async abandon(): Promise<void> {
    this.forget()
    await this.#revoke([...this.#assigned])
    await withDeadline(this.#options.member.leave(), limits.KAFKA_CLOSE_MS, () => {})
  }

  /** Ends in peace, once all that was submitted is durable: releases the partitions, so that others go on behind the last record. */
  async release(): Promise<void> {
    this.stop()
    const { id, member, claims } = this.#options
    const releases = [...this.#read].flatMap(([partition, { share, isClaiming }]) => {
      const recorded = share.claim.holder === id && !isClaiming ? this.#recorded(partition) : undefined
      return recorded ? [[partition, share.release(recorded)] as const] : []
    })
    // The next start of this run reads the records that it does not release.
    const left = (async () => {
      if (releases.length > 0) await claims.store(new Map(releases)).catch(ignoreKafkaError)
      await member.leave()
    })()
    await withDeadline(left, limits.KAFKA_CLOSE_MS, () => {})
  }
}

function ignoreKafkaError(error: unknown): void {
  if (!(error instanceof KafkaError)) throw error
}
