/**
 * A model of runs that share the partitions of a topic: members join, leave, crash, come back, are expelled while they live, and lose
 * answers, in any order. Each has a data folder, which a crash leaves. At the end all are back, and each record must be in one folder once.
 */
import { claimMetadata, claimOf, type PartitionClaim } from '../../src/sources/kafka/partition-claim.ts'
import { PartitionShare } from '../../src/sources/kafka/partition-share.ts'
import type { Draw } from '../property/generate/draw.ts'
import { GroupFolder, GroupInstance, type SubmittedRange } from './group-folder.ts'

const [RECORDS, BATCH] = [40, 6]
/** Of the steps, those that read; of the claims, those that are submitted record by record. */
const [READ_SHARE, SLICED_SHARE] = [0.46, 0.7]
/** Before each record of such a claim: its partition is given up, or something else happens. */
const [GIVEN_UP_SHARE, CHANGE_SHARE] = [0.15, 0.1]
/** Rounds at the end in which everything must be recorded. */
const ROUNDS_MAX = 12

/** A fault planted into the members or the group. */
export type GroupFault =
  | 'submits before the claim is stored'
  | 'goes on after a claim whose outcome is unknown'
  | 'records nothing that it owes'
  | 'records what it owes while it counts as the holder'
  | 'releases all that it has claimed'
  | 'releases before its records are durable'
  | 'records the end of a claim with its first record'
  | 'submits the rest of a claim after it gave the partition up'
  | 'takes a partition as if nothing were owed'
  | 'stores the claims of members that were expelled'

type CommitOutcome = 'stored' | 'rejected' | 'unknown'

export class GroupModel {
  readonly folders: readonly GroupFolder[]
  readonly #draw: Draw
  readonly #fault: GroupFault | undefined
  readonly #partitions: number
  readonly #stored = new Map<number, { readonly offset: number; readonly metadata: string }>()
  readonly #assigned = new Map<number, GroupInstance>()
  /** Commits that the group takes later, unless their member is out by then. */
  #late: { readonly instance: GroupInstance; readonly partition: number; readonly claim: PartitionClaim }[] = []

  constructor(draw: Draw, fault?: GroupFault) {
    this.#draw = draw
    this.#fault = fault
    this.folders = Array.from({ length: draw.between(2, 4) }, (_, i) => new GroupFolder(`m${i}`))
    this.#partitions = draw.between(1, 4)
  }

  /** Plays a case, and returns what is wrong with it: records that are lost, or recorded twice. */
  play(steps: number): readonly string[] {
    for (let step = 0; step < steps; step++) this.#step()
    this.#settle()
    const counts = new Map<string, number>()
    for (const record of this.folders.flatMap(({ log }) => log)) counts.set(record, (counts.get(record) ?? 0) + 1)
    const all = Array.from({ length: this.#partitions * RECORDS }, (_, i) => `${Math.floor(i / RECORDS)} ${i % RECORDS}`)
    return all.flatMap(record => {
      const count = counts.get(record) ?? 0
      return count === 1 ? [] : [`record ${record} is recorded ${count} times`]
    })
  }

  #step(): void {
    if (this.#draw.chance(READ_SHARE)) this.#read(this.#draw.pick(this.folders))
    else this.#change()
  }

  /** Anything but reading, of any member. */
  #change(): void {
    const draw = this.#draw
    const folder = draw.pick(this.folders)
    draw.weighted([
      [4, () => this.#join(folder)],
      [6, () => this.#rebalance()],
      [8, () => folder.commit(draw.between(0, 3))],
      [2, () => this.#crash(folder)],
      [2, () => this.#leave(folder)],
      [3, () => this.#expel(folder)],
      [2, () => this.#applyLate()],
      [8, () => this.#owe(folder)],
    ])()
  }

  #claimOf(partition: number): PartitionClaim | undefined {
    const stored = this.#stored.get(partition)
    return stored && claimOf({ offset: stored.offset, epoch: -1 }, stored.metadata)
  }

  #store(instance: GroupInstance, partition: number, claim: PartitionClaim): boolean {
    if (!instance.isIn && this.#fault !== 'stores the claims of members that were expelled') return false
    this.#stored.set(partition, { offset: claim.unclaimed.offset, metadata: claimMetadata(claim) })
    return true
  }

  /** Stores a claim, unless the request or its answer is lost. */
  #commit(instance: GroupInstance, partition: number, claim: PartitionClaim, isCalm = false): CommitOutcome {
    const loss = isCalm ? 'none' : this.#draw.weighted([[14, 'none'] as const, [1, 'request'], [1, 'answer'], [2, 'late']])
    if (loss === 'late') this.#late.push({ instance, partition, claim })
    if (loss === 'request' || loss === 'late') return 'unknown'
    const isStored = this.#store(instance, partition, claim)
    return loss === 'answer' ? 'unknown' : isStored ? 'stored' : 'rejected'
  }

  #applyLate(): void {
    for (const { instance, partition, claim } of this.#late.splice(0, 1)) this.#store(instance, partition, claim)
  }

  #join(folder: GroupFolder): void {
    if (folder.instance) return
    // A process that was expelled, or that starts, first has all that it submitted in its log.
    folder.commit(Infinity)
    folder.instance = new GroupInstance()
    this.#instances.push(folder.instance)
  }

  readonly #instances: GroupInstance[] = []

  /** Leaves the group without a word, as a process does whose claim is not stored, and joins anew. */
  #rejoin(folder: GroupFolder): void {
    folder.instance = undefined
    this.#join(folder)
  }

  #crash(folder: GroupFolder): void {
    folder.instance = undefined
    folder.submitted = []
  }

  #leave(folder: GroupFolder): void {
    const { instance } = folder
    if (!instance) return
    for (const partition of instance.shares.keys()) if (!this.#giveUp(folder, partition)) return
    this.#out(instance)
    folder.instance = undefined
    folder.commit(Infinity)
  }

  /** Expels a member of the group, which may live and not know it: that of a process that is gone, if there is one. */
  #expel(folder: GroupFolder): void {
    const gone = this.#instances.find(instance => !this.folders.some(each => each.instance === instance))
    const expelled = gone ?? folder.instance
    if (expelled) this.#out(expelled)
  }

  #out(instance: GroupInstance): void {
    instance.isIn = false
    const at = this.#instances.indexOf(instance)
    if (at >= 0) this.#instances.splice(at, 1)
    for (const [partition, holder] of this.#assigned) if (holder === instance) this.#assigned.delete(partition)
  }

  /** Gives partitions to other members. Those that have one give it up first; one that does not is expelled before another gets it. */
  #rebalance(isCalm = false): void {
    for (let partition = 0; partition < this.#partitions; partition++) {
      const live = this.folders.filter(({ instance }) => instance?.isIn)
      if (live.length === 0 || (!isCalm && this.#draw.chance(0.4))) continue
      const [next, holder] = [this.#draw.pick(live), this.#assigned.get(partition)]
      if (holder === next.instance) continue
      const owner = holder && this.folders.find(({ instance }) => instance === holder)
      // A process that is gone is expelled in time.
      if (holder && !owner) continue
      if (owner && !this.#giveUp(owner, partition, isCalm)) continue
      this.#assigned.set(partition, next.instance!)
      this.#acquire(next, partition, isCalm)
    }
  }

  #acquire(folder: GroupFolder, partition: number, isCalm: boolean): void {
    const instance = folder.instance!
    // Everything that it submitted of the partition must be in its log.
    folder.commit(Infinity)
    let stored = this.#claimOf(partition)
    if (stored && this.#fault === 'takes a partition as if nothing were owed') stored = { ...stored, holder: undefined, owed: {} }
    const recorded = folder.recorded(partition)
    const share = PartitionShare.acquire(folder.id, {
      ...(stored && { stored }),
      ...(recorded && { recorded }),
      start: { offset: 0, epoch: -1 },
    })
    if (this.#commit(instance, partition, share.claim, isCalm) !== 'stored') return this.#rejoin(folder)
    instance.shares.set(partition, share)
    // The position stands there before the first claim counts.
    if (!recorded) folder.positions.set(partition, share.reading.from.offset)
  }

  /** Gives a partition up. Returns false if its member has to join anew. */
  #giveUp(folder: GroupFolder, partition: number, isCalm = false): boolean {
    const instance = folder.instance!
    const share = instance.shares.get(partition)
    instance.shares.delete(partition)
    if (!share) return true
    const before = folder.recorded(partition)!
    folder.commit(Infinity)
    const recorded = this.#fault === 'releases before its records are durable' ? before : folder.recorded(partition)!
    const release = this.#fault === 'releases all that it has claimed' ? { ...share.claim, holder: undefined } : share.release(recorded)
    if (this.#commit(instance, partition, release, isCalm) === 'stored') return true
    // It cannot tell, and another member may have the partition once this one is out.
    this.#rejoin(folder)
    return false
  }

  /** Reads a batch of one of its partitions. */
  #read(folder: GroupFolder, isCalm = false): void {
    const { instance } = folder
    const partition = instance && instance.shares.size > 0 ? this.#draw.pick([...instance.shares.keys()]) : undefined
    if (instance && partition !== undefined) this.#readOf(folder, instance, partition, isCalm)
  }

  #readOf(folder: GroupFolder, instance: GroupInstance, partition: number, isCalm: boolean): void {
    const share = instance.shares.get(partition)!
    const { from, end = RECORDS } = share.reading
    if (from.offset >= end) return
    const next = Math.min(end, from.offset + this.#draw.between(1, BATCH))
    const claim = share.claimBefore({ offset: next, epoch: -1 })
    const range = { partition, first: from.offset, end: next, position: next }
    const isEarly = claim && this.#fault === 'submits before the claim is stored'
    if (isEarly) folder.submitted.push(range)
    if (claim) {
      let outcome = this.#commit(instance, partition, claim, isCalm)
      if (outcome === 'unknown' && this.#fault === 'goes on after a claim whose outcome is unknown') outcome = 'stored'
      if (outcome !== 'stored') return this.#rejoin(folder)
      share.stored(claim)
    }
    if (isEarly || this.#submit(folder, range, isCalm)) share.submitted({ offset: next, epoch: -1 })
  }

  /** Submits claimed records, at once or one by one. Returns false if the process ended, or gave the partition up, before the last of them. */
  #submit(folder: GroupFolder, range: SubmittedRange, isCalm: boolean): boolean {
    if (isCalm || !this.#draw.chance(SLICED_SHARE)) {
      folder.submitted.push(range)
      return true
    }
    const { partition, first, end } = range
    const instance = folder.instance!
    const share = instance.shares.get(partition)
    for (let offset = first; offset < end; offset++) {
      // As of a batch that waits for room.
      if (instance.shares.has(partition) && this.#draw.chance(GIVEN_UP_SHARE) && this.#giveUp(folder, partition))
        this.#assigned.delete(partition)
      while (this.#draw.chance(CHANGE_SHARE)) this.#change()
      if (folder.instance !== instance) return false
      const isGivenUp = instance.shares.get(partition) !== share
      if (isGivenUp && this.#fault !== 'submits the rest of a claim after it gave the partition up') return false
      const position = this.#fault === 'records the end of a claim with its first record' ? end : offset + 1
      folder.submitted.push({ partition, first: offset, end: offset + 1, position })
      folder.commit(this.#draw.between(0, 1))
    }
    return true
  }

  /** Records what a member owes of partitions that it does not have. */
  #owe(folder: GroupFolder): void {
    const { instance } = folder
    if (!instance || this.#fault === 'records nothing that it owes') return
    folder.commit(Infinity)
    for (let partition = 0; partition < this.#partitions; partition++) {
      let [stored, recorded] = [this.#claimOf(partition), folder.recorded(partition)]
      if (!stored || !recorded || instance.shares.has(partition)) continue
      if (this.#fault === 'records what it owes while it counts as the holder' && stored.holder === folder.id)
        stored = { ...stored, holder: undefined, owed: { [folder.id]: [[stored.since, stored.unclaimed.offset]] } }
      const share = PartitionShare.owe(folder.id, stored, recorded)
      for (;;) {
        if (!share || share.isOver) break
        const { from, end } = share.reading
        const next = Math.min(end!, from.offset + this.#draw.between(1, BATCH))
        folder.submitted.push({ partition, first: from.offset, end: next, position: next })
        share.submitted({ offset: next, epoch: -1 })
      }
      if (this.#draw.chance(0.5)) folder.commit(Infinity)
    }
  }

  /** Brings all members back without further trouble, and lets them read everything. */
  #settle(): void {
    while (this.#late.length > 0) this.#applyLate()
    for (const folder of this.folders) if (this.#draw.chance(0.5)) this.#crash(folder)
    for (let round = 0; round < ROUNDS_MAX; round++) {
      for (const gone of this.#instances.filter(instance => !this.folders.some(each => each.instance === instance))) this.#out(gone)
      for (const folder of this.folders) if (folder.instance && !folder.instance.isIn) this.#rejoin(folder)
      for (const folder of this.folders) this.#join(folder)
      // Only once: a member that gets a partition again reads what it owes of it in any case.
      if (round === 0) this.#rebalance(true)
      for (const folder of this.folders) {
        for (let batch = 0; batch < 4 * RECORDS; batch++) this.#read(folder, true)
        folder.commit(Infinity)
        this.#owe(folder)
        folder.commit(Infinity)
      }
    }
  }
}
