/** A crash case: a pipeline, its senders, and the schedule of events. Plain JSON, so that a failing case can be stored and replayed. */
import { limits } from '../../src/base/limits.ts'
import type { PipelineIR, Value } from '../../src/define/ir/ir.ts'
import type { Runnable } from '../../src/run/recovery/open-pipeline.ts'

export interface SentRecord {
  readonly raw: Readonly<Record<string, unknown>>
  /** The physical values of the accepted row; null for a record that must be rejected. */
  readonly row: Readonly<Record<string, Value>> | null
  /** The wall clock at sending is at least this, UTC ms, so that no record comes from the future. */
  readonly at: number
}

/** Position of a sender after a crash: the cursor in the log, its last acknowledgement, or the beginning (where ids make that harmless). */
export type Resend = 'cursor' | 'acknowledged' | 'start'

/** One sender of one source, in order. */
export interface Feed {
  readonly source: string
  readonly resend: Resend
  readonly records: readonly SentRecord[]
}

export type Step =
  | { readonly do: 'send'; readonly feed: number; readonly count: number }
  /** Runs turns of the event loop. */
  | { readonly do: 'turn' }
  /** Makes this many waiting commits durable. */
  | { readonly do: 'sync'; readonly count: number }
  /** Moves the wall clock by milliseconds, also back. */
  | { readonly do: 'clock'; readonly by: number }
  /** Requests a decision; `row`: the physical values of the fields. No two requests of a case are equal. */
  | {
      readonly do: 'ask'
      readonly model: string
      readonly fields: Readonly<Record<string, unknown>>
      readonly row: Readonly<Record<string, Value>>
    }
  /** Requests a batch run. */
  | { readonly do: 'run'; readonly group: string }
  /** Requests a training. */
  | { readonly do: 'train'; readonly model: string }
  /**
   * Promotes a version: the previous one, or the version (or own score) with this number among all, counted cyclically. A command does this
   * before the next process starts.
   */
  | { readonly do: 'promote'; readonly model: string; readonly version: number | 'previous'; readonly by: 'run' | 'command' }
  /** Begins to save state. */
  | { readonly do: 'save' }
  /** Another process gets ready beside the running one, or follows its decisions since; it is the next to run, however this one ends. */
  | { readonly do: 'ready' }
  /** From the next process on the pipeline is this one of the changed ones; −1 is the first one again. */
  | { readonly do: 'change'; readonly to: number }
  /** Stops the process in order; another one starts. */
  | { readonly do: 'stop' }
  /** Kills the process. This many waiting commits are on the disk all the same, and saved state may be missing or damaged. */
  | { readonly do: 'crash'; readonly kept: number; readonly states: 'kept' | 'damaged' | 'gone' }
  /** Fails every waiting commit, and with them the run; a new one starts. */
  | { readonly do: 'full' }

/** Batch runs: number of partitions, and number of runs of a group that the ledger keeps. */
export interface Runs {
  readonly partitions: number
  readonly kept: number
}

/** Trainings beside the processes. */
export interface Trainings {
  /** Turns of the event loop for a training, and for an evaluation of a challenger. */
  readonly turns: number
  /** One of this many fails, for a reason other than its events. */
  readonly failing?: number
  /** Milliseconds of each clock step after everything is sent: labels become known then, and challengers are evaluated. */
  readonly rest: number
}

export interface CrashCase {
  readonly seed: number
  readonly ir: PipelineIR
  /** The same with other groups: pipelines of later processes. */
  readonly changed?: readonly PipelineIR[]
  /** Milliseconds for which the processes keep the log, as `keptFor` returns them; default: all of it. */
  readonly keep?: number
  readonly partitions: number
  /** Batch runs beside its processes. */
  readonly runs?: Runs
  /** Trainings and promotions beside its processes. */
  readonly trainings?: Trainings
  readonly feeds: readonly Feed[]
  readonly steps: readonly Step[]
}

/** The same with a log and a ledger that forget nothing. */
export function keepingAll({ keep: _keep, runs, ...of }: CrashCase): CrashCase {
  return { ...of, ...(runs && { runs: { ...runs, kept: limits.BATCH_RUNS_KEPT } }) }
}

/** A pipeline of a case has no user functions. */
export const runnable = (ir: PipelineIR): Runnable => ({ ir, scores: new Map(), maps: new Map(), fingerprint: ir.name })
