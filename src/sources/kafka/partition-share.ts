/**
 * The share that a run has in a partition as a member of a group, from taking the partition to giving it up: what to read next, what to claim
 * before it is submitted, and what to release. It calls nothing and has no clock, so a model test can drive it through any order of events.
 *
 * The caller keeps three rules. Records are submitted only once the group has stored the claim for them. After a claim whose outcome is unknown
 * the caller leaves the group and joins anew, since the claim might be stored later. `release` comes after all submitted records are durable,
 * and nothing is submitted afterwards.
 */
import type { PartitionPlace } from '../../kafka/index.ts'
import { type OffsetRange, owedAfter, type PartitionClaim, unrecordedOf } from './partition-claim.ts'

/** The next place to read. `end` is the offset before which to stop: the records from it on are another's. */
interface ShareReading {
  readonly from: PartitionPlace
  readonly end: number | undefined
}

export class PartitionShare {
  readonly #member: string
  /** As the group has it. */
  #claim: PartitionClaim
  /** Ranges that the member owes, in order. */
  readonly #owed: OffsetRange[]
  #next: PartitionPlace

  private constructor(member: string, claim: PartitionClaim, owed: readonly OffsetRange[], recorded: PartitionPlace | undefined) {
    this.#member = member
    this.#claim = claim
    this.#owed = [...owed]
    const [first] = owed[0] ?? []
    this.#next = first === undefined ? claim.unclaimed : first === recorded?.offset ? recorded : { offset: first, epoch: -1 }
  }

  /**
   * Acquires a partition that the group has assigned to a member. Store `claim` before anything else.
   *
   * `stored`: the claim in the group, if there is one. `recorded`: the position of the member, if it has one. `start`: where to begin without
   * either.
   */
  static acquire(
    member: string,
    { stored, recorded, start }: { readonly stored?: PartitionClaim; readonly recorded?: PartitionPlace; readonly start: PartitionPlace },
  ): PartitionShare {
    if (!stored) {
      const unclaimed = recorded ?? start
      return new PartitionShare(member, { unclaimed, holder: member, since: unclaimed.offset, owed: {} }, [], recorded)
    }
    const position = recorded?.offset ?? stored.unclaimed.offset
    const owed = unrecordedOf(stored, member, position)
    if (stored.holder === member) return new PartitionShare(member, stored, owed, recorded)
    // A tool may have set the offset of the group back.
    const unclaimed = recorded && recorded.offset > stored.unclaimed.offset ? recorded : stored.unclaimed
    const claim = { unclaimed, holder: member, since: unclaimed.offset, owed: owedAfter(stored, member, position) }
    return new PartitionShare(member, claim, owed, recorded)
  }

  /** Records that a member owes of a partition that it does not have; undefined for none. Their end is known, and they need no claim. */
  static owe(member: string, stored: PartitionClaim, recorded: PartitionPlace): PartitionShare | undefined {
    // While it counts as the holder, a claim of it may still be under way.
    if (stored.holder === member) return undefined
    const owed = unrecordedOf(stored, member, recorded.offset)
    return owed.length === 0 ? undefined : new PartitionShare(member, stored, owed, recorded)
  }

  /** The claim that the group has, or is to have. */
  get claim(): PartitionClaim {
    return this.#claim
  }

  /** Where to read next. */
  get reading(): ShareReading {
    return { from: this.#next, end: this.#owed[0]?.[1] }
  }

  /** Is there anything left to read? Always, for the holder. */
  get isOver(): boolean {
    return this.#owed.length === 0 && this.#claim.holder !== this.#member
  }

  /** The claim to store before records up to a place are submitted; undefined for records that the member has claimed already. */
  claimBefore(place: PartitionPlace): PartitionClaim | undefined {
    if (place.offset <= this.#claim.unclaimed.offset) return undefined
    return { ...this.#claim, unclaimed: place }
  }

  /** The group has stored a claim. */
  stored(claim: PartitionClaim): void {
    this.#claim = claim
  }

  /** Records up to a place were submitted. Returns the place to continue from, which is a later one behind the last that was owed. */
  submitted(place: PartitionPlace): PartitionPlace {
    this.#next = place
    const [range] = this.#owed
    if (range && place.offset >= range[1]) {
      this.#owed.shift()
      const next = this.#owed[0]
      // Offsets between belong to others.
      if (next) this.#next = { offset: next[0], epoch: -1 }
      else if (this.#claim.holder === this.#member && this.#claim.unclaimed.offset > place.offset) this.#next = this.#claim.unclaimed
    }
    return this.#next
  }

  /** The claim of a member that gives the partition up. `recorded`: its position, which all that it submitted is before. */
  release(recorded: PartitionPlace): PartitionClaim {
    const { since, unclaimed } = this.#claim
    const owed = owedAfter({ ...this.#claim, holder: undefined }, this.#member, recorded.offset)
    // Records that it claimed and did not record are free again; those that it owed from before are not.
    const free = recorded.offset >= since ? recorded : since === unclaimed.offset ? unclaimed : { offset: since, epoch: -1 }
    return { unclaimed: free, holder: undefined, since: free.offset, owed }
  }
}
