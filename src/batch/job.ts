/** The port of batch computation: the job goes in, the parts of its result come out. */
import type { GroupIR, SourceIR } from '../define/ir/index.ts'

/** One batch run to compute. */
export interface BatchJob {
  readonly group: GroupIR
  readonly source: SourceIR
  /** All sources of the pipeline. */
  readonly sources: readonly SourceIR[]
  /** As-of time of the run, UTC ms. */
  readonly asOf: number
  /** The cut, a sequence number: entries below it are read, and no entry from it on had arrived by `asOf`. */
  readonly cut: number
  /** Number of partitions; derived from the log (`batchPlan`) unless a run is computed again. */
  readonly partitions?: number
}

/** Summary of one finished part: the result of one partition. */
export interface ResultPart {
  readonly partition: number
  /** Number of partitions. */
  readonly of: number
  /** Number of visible events of the source, of all that the log ever had, over all partitions; a stored name. */
  readonly known: number
  /** Events of the partition that were read, and its keys with values. */
  readonly read: number
  readonly keys: number
  readonly bytes: number
  /** SHA-256 of its bytes, hex. */
  readonly hash: string
}

/** Resources that a run used in one process. */
export interface RunUsage {
  readonly partitions: number
  /** Sum of the peak memory of its threads, bytes. */
  readonly memory: number
}

/** Receives the parts of a run, in any order and several at once. */
export interface ResultSink {
  /** Called first, with the number of partitions. Returns the partitions whose parts are stored already. */
  begin(partitions: number): ReadonlySet<number>
  /** Writes the next block of a part. Resolves when the next may follow. */
  write(partition: number, block: Uint8Array<ArrayBuffer>): Promise<void>
  /** A part is complete. Resolves when it is stored. */
  endPart(part: ResultPart): Promise<void>
}

/** Computes the missing parts of a run. Rejects with the first error of any part, or when stopped. */
export type ComputeRun = (job: BatchJob, sink: ResultSink, signal: AbortSignal) => Promise<RunUsage>
