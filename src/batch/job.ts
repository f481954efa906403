/** What is to be computed in a batch run, what it gives, and the port behind which that is done. */
import type { GroupIR, SourceIR } from '../define/ir/ir.ts'

export interface Job {
  readonly group: GroupIR
  readonly source: SourceIR
  /** All sources of the log's pipeline. */
  readonly sources: readonly SourceIR[]
  /** The time that the run is of, UTC ms. */
  readonly s: number
  /** Entries of the log below it are read; none behind it has arrived by `s`. */
  readonly cut: number
  /** Into how many the keys are parted: what the log says (`planOf`) unless given, as of a run that is made again. */
  readonly partitions?: number
}

/** What is known of the part of a result that one partition gives, once it is there. */
export interface Part {
  readonly partition: number
  /** Of so many. */
  readonly of: number
  /** How many events of the source had arrived by `s`, of all that the log ever had and whatever the partition. */
  readonly known: number
  /** Events of its keys that were read, and keys that have values. */
  readonly read: number
  readonly keys: number
  readonly bytes: number
  /** SHA-256 of its bytes, hex. */
  readonly hash: string
}

/** What a run did in one process. */
export interface Worked {
  readonly partitions: number
  /** Bytes of memory that its threads held at most, each at its own time. */
  readonly memory: number
}

/** Who takes what a run gives; the parts come in any order, and several at once. */
export interface Taker {
  /** Into how many the keys are parted; before any part. Returns those whose parts are there already. */
  begin(partitions: number): ReadonlySet<number>
  /** The next stretch of a part. Resolves when it may give another. */
  take(partition: number, stretch: Uint8Array<ArrayBuffer>): Promise<void>
  /** A part has come to its end. Resolves when it is kept. */
  end(part: Part): Promise<void>
}

/** Makes the parts of a run that are not there. Rejects with what went wrong, in any of them, or when it was stopped. */
export type Compute = (job: Job, taker: Taker, signal: AbortSignal) => Promise<Worked>
