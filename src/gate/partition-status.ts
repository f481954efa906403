/** One partition of a gate, for its status line and its metrics: the outcomes so far, and its place in the raw topic. */
import type { RejectionReason } from '../intake/index.ts'
import type { CheckedRecord } from './partition-check.ts'

export class PartitionStatus {
  accepted = 0
  duplicates = 0
  /** Rejections by reason. */
  readonly rejected = new Map<RejectionReason, number>()
  /** Offset of the next raw record; undefined while the partition is not read, at a start and after an error. */
  next: number | undefined

  add(records: readonly CheckedRecord[]): void {
    for (const { events, duplicates, rejections } of records) {
      this.accepted += events.length
      this.duplicates += duplicates
      for (const { reason } of rejections) this.rejected.set(reason, (this.rejected.get(reason) ?? 0) + 1)
    }
  }
}
