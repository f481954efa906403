/** A crash case: a pipeline, what senders send, and what happens meanwhile. Plain JSON, so that a failing one can be written down and replayed. */
import { limits } from '../../src/base/limits.ts'
import type { PipelineIR, Value } from '../../src/define/ir/ir.ts'
import type { Runnable } from '../../src/run/recovery/open-pipeline.ts'

export interface SentRecord {
  readonly raw: Readonly<Record<string, unknown>>
  /** The physical values that it becomes; null if it must be refused. */
  readonly row: Readonly<Record<string, Value>> | null
  /** The wall clock when it is sent is at least this, UTC ms, so that no record comes from the future. */
  readonly at: number
}

/** Where a sender goes on after a crash: at the cursor in the log, at what it was told, or at the beginning (where ids make that harmless). */
export type Resend = 'cursor' | 'acknowledged' | 'start'

/** One sender of one source, in order. */
export interface Feed {
  readonly source: string
  readonly resend: Resend
  readonly records: readonly SentRecord[]
}

export type Step =
  | { readonly do: 'send'; readonly feed: number; readonly count: number }
  /** Lets the loop turn. */
  | { readonly do: 'turn' }
  /** Makes so many of the commits that wait durable. */
  | { readonly do: 'sync'; readonly count: number }
  /** Moves the wall clock, milliseconds; back too. */
  | { readonly do: 'clock'; readonly by: number }
  /** Asks a model that decides on request; `row`: the physical values of the fields. No two asks of a case have the same. */
  | {
      readonly do: 'ask'
      readonly model: string
      readonly fields: Readonly<Record<string, unknown>>
      readonly row: Readonly<Record<string, Value>>
    }
  /** Asks for a batch run. */
  | { readonly do: 'run'; readonly group: string }
  /** Asks for a training. */
  | { readonly do: 'train'; readonly model: string }
  /**
   * Asks that a version score: the one before, or of those that there are, and the model's own score, the one of this number when all are counted through again
   * and again. A command does so before the next process.
   */
  | { readonly do: 'promote'; readonly model: string; readonly version: number | 'previous'; readonly by: 'run' | 'command' }
  /** Begins to save state. */
  | { readonly do: 'save' }
  /** Another process gets ready beside the one that runs, or follows what it has decided since; it is the next to run, however this one ends. */
  | { readonly do: 'ready' }
  /** From the next process on the pipeline is the one that the case has changed to, of these, or for −1 the first one again. */
  | { readonly do: 'change'; readonly to: number }
  /** The process is asked to stop, and another one runs. */
  | { readonly do: 'stop' }
  /** Ends the process; so many of the commits that wait are on the disk all the same, and saved state may be gone or damaged. */
  | { readonly do: 'crash'; readonly kept: number; readonly states: 'kept' | 'damaged' | 'gone' }
  /** Fails every commit that waits, and with them the run; a new one is started. */
  | { readonly do: 'full' }

/** Batch runs are made, over so many partitions, and so many of a group are kept in the ledger. */
export interface Runs {
  readonly partitions: number
  readonly kept: number
}

/** Models are trained beside the processes. */
export interface Trainings {
  /** Turns of the loop that a training takes, and a look at a challenger. */
  readonly turns: number
  /** One of so many fails, for a reason that has nothing to do with its events. */
  readonly failing?: number
  /** Milliseconds by which the clock goes on, again and again, when everything is sent: labels are known then, and challengers looked at. */
  readonly rest: number
}

export interface CrashCase {
  readonly seed: number
  readonly ir: PipelineIR
  /** The same with other groups: what a later process may run. */
  readonly changed?: readonly PipelineIR[]
  /** Milliseconds for which its processes keep the log, as `keptFor` gives them; all of it unless given. */
  readonly keep?: number
  readonly partitions: number
  /** Batch runs are made beside its processes. */
  readonly runs?: Runs
  /** Models are trained beside its processes, and promoted. */
  readonly trainings?: Trainings
  readonly feeds: readonly Feed[]
  readonly steps: readonly Step[]
}

/** With a log and a ledger that forget nothing. */
export function keepingAll({ keep: _keep, runs, ...of }: CrashCase): CrashCase {
  return { ...of, ...(runs && { runs: { ...runs, kept: limits.BATCH_RUNS_KEPT } }) }
}

/** A pipeline of a case has no functions of the user's. */
export const runnable = (ir: PipelineIR): Runnable => ({ ir, scores: new Map(), maps: new Map(), fingerprint: ir.name })
