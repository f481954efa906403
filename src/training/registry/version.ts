/** A version of a model: what it was trained on, how good it is, and what became of it. Plain JSON. Times are UTC ms. */
import type { TrainIR } from '../../define/ir/ir.ts'
import type { Metrics } from '../metrics.ts'
import type { InputCode } from './input-codes.ts'

/**
 * `training`: it is being made, or was when the process ended. `candidate`: it may be promoted. `refused`: its rule was not met, and somebody may promote it all the
 * same. `challenger`: it scores beside what decides. `champion`: it scores. `retired`: it did. `failed` and `broken off`: there is no score.
 */
export type VersionState = 'training' | 'candidate' | 'refused' | 'challenger' | 'champion' | 'retired' | 'failed' | 'broken off'

export interface Version {
  readonly model: string
  /** Counts the versions of the model from 1. */
  readonly number: number
  readonly state: VersionState
  /** On its schedule, since drift was found, or since somebody asked, by HTTP or by a command. */
  readonly why: 'schedule' | 'drift' | 'demand' | 'command'
  /** What had drifted, in words. */
  readonly because?: string
  /** What it was trained on is what had arrived by then. */
  readonly at: number
  /** Of a data folder: entries of the log before it were read. */
  readonly cut?: number
  /** By the wall clock. */
  readonly began: number
  readonly ended?: number
  readonly train: TrainIR
  readonly inputs: readonly InputCode[]
  readonly spillway: string
  readonly trained?: TrainingReport
  readonly shadowed?: ShadowReport
  /** What the rule said of it. */
  readonly verdict?: string
  /** Why there is no score, and its code. */
  readonly error?: string
  readonly code?: string
}

/** A version that scored beside what decided: both on the same decisions, whose labels are settled. */
export interface ShadowReport {
  /** Decisions after `from` and up to `to`, UTC ms. */
  readonly from: number
  readonly to: number
  readonly metrics: Metrics
  readonly champion: Metrics
}

/** Somebody, or a rule, wants a version to score; the next turn of a run makes it so. 0 is the model's own score; of challengers, none. */
export interface Asked {
  readonly as?: 'challenger'
  readonly version: number
  readonly why: string
  readonly at: number
}

/** What a training did; the same for the same history, definitions and options. */
export interface TrainingReport {
  /** SHA-256 of the score as canonical JSON, hex. */
  readonly hash: string
  /** What it was trained on and judged by, as `spillway training-set --decisions --labels --settled` writes it. */
  readonly set: {
    readonly rows: number
    readonly sha256: string
    readonly positive: number
    readonly negative: number
    /** Decisions whose label is not known, or so young that only some labels are. */
    readonly unsettled: number
    readonly late: number
    /** Of the unsettled those whose outcome cannot be seen for what was done about the decision; absent where the label names no action. */
    readonly censored?: number
    readonly cut: readonly { readonly source: string; readonly events: number; readonly lastArrival: number | null }[]
    /** By source that the model depends on: its version of columns in the log. Of a data folder. */
    readonly schemas?: Readonly<Record<string, number>>
  }
  readonly split: Split
  /** Of the holdout. */
  readonly metrics: Metrics
  /** Of what scored when it was trained, on the same holdout. */
  readonly champion?: { readonly version: number; readonly metrics: Metrics }
  readonly constant: readonly string[]
  readonly notes: readonly string[]
  /** Of a graph of ONNX, whose file is in the registry. */
  readonly file?: { readonly sha256: string; readonly bytes: number }
}

/** Rows that a model is fitted on, and after a gap those that it is judged by. */
export interface Split {
  readonly trained: number
  readonly trainedPositives: number
  /** The last decision that was learnt from is not after this. */
  readonly trainedTo: number
  /** Rows in between, whose labels tell of the time that the model is judged by. */
  readonly gap: number
  readonly gapMs: number
  readonly holdout: number
  readonly holdoutFrom: number
  /** Rows that were left out, since a value of theirs was refused. */
  readonly refused: number
}

/** A version that scored, or challenged, from an entry of the log on; 0 is the model's own score, or no challenger. */
export interface PromotionRecord {
  readonly version: number
  readonly entry: number
  readonly at: number
  readonly why: string
}
