import type { StoredDecisions } from '../log/store.ts'
import type { Receipt } from './appender.ts'

/** What a run has done since it started, all of it durable. */
export class Counts {
  accepted = 0
  duplicates = 0
  refused = 0
  decisions = 0

  /** As a plain object. */
  get all(): { accepted: number; duplicates: number; refused: number; decisions: number } {
    const { accepted, duplicates, refused, decisions } = this
    return { accepted, duplicates, refused, decisions }
  }

  add(decisions: readonly StoredDecisions[], receipts: readonly Receipt[]): void {
    for (const { accepted, duplicates, refused } of receipts) {
      this.accepted += accepted
      this.duplicates += duplicates
      this.refused += refused
    }
    for (const { count } of decisions) this.decisions += count
  }
}
