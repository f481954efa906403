/** A version of a model: its training data, metrics and lifecycle. Plain JSON. Times are UTC ms. */
import type { TrainIR } from '../../define/ir/index.ts'
import type { Importance } from '../importance.ts'
import type { Metrics } from '../metrics.ts'
import type { InputCode } from './input-codes.ts'

/**
 * `training`: in progress, or interrupted by the end of the process. `candidate`: may be promoted. `rejected`: its rule is not met, but it
 * may be promoted by hand. `challenger`: scores beside the champion. `champion`: scores. `retired`: scored before. `failed` and `broken
 * off`: has no score.
 */
export type VersionState = 'training' | 'candidate' | 'rejected' | 'challenger' | 'champion' | 'retired' | 'failed' | 'broken off'

/** One version of a model. */
export interface ModelVersion {
  readonly model: string
  /** Number of the version, from 1. */
  readonly number: number
  readonly state: VersionState
  /** Trained on schedule, after drift, or on demand by HTTP or command. */
  readonly why: 'schedule' | 'drift' | 'demand' | 'command'
  /** Description of the drift. */
  readonly because?: string
  /** Training used the events that had arrived by then. */
  readonly at: number
  /** In a data folder: log entries below it were read. */
  readonly cut?: number
  /** Wall clock. */
  readonly began: number
  readonly ended?: number
  readonly train: TrainIR
  readonly inputs: readonly InputCode[]
  readonly spillway: string
  readonly trained?: TrainingReport
  readonly shadowed?: ShadowReport
  /** Verdict of the promotion rule. */
  readonly verdict?: string
  /** Reason for a missing score, and its error code. */
  readonly error?: string
  readonly code?: string
}

/** Comparison of a challenger with the champion on the same decisions, with settled labels. */
export interface ShadowReport {
  /** Decisions after `from` and up to `to`, UTC ms. */
  readonly from: number
  readonly to: number
  readonly metrics: Metrics
  readonly champion: Metrics
}

/** A requested promotion or challenge, which the next turn of a run applies. Version 0 is the definition's own score, or no challenger. */
export interface PendingPromotion {
  readonly as?: 'challenger'
  readonly version: number
  readonly why: string
  readonly at: number
}

/** Report of a training; the same for the same history, definitions and options. */
export interface TrainingReport {
  /** SHA-256 of the score as canonical JSON, hex. */
  readonly hash: string
  /** The training set, as `spillway training-set --decisions --labels --settled` writes it. */
  readonly set: {
    readonly rows: number
    readonly sha256: string
    readonly positive: number
    readonly negative: number
    /** Decisions without a label, or younger than the label's horizon. */
    readonly unsettled: number
    readonly late: number
    /** Unsettled decisions whose outcome the action itself prevents; absent if the label names no action. */
    readonly censored?: number
    readonly cut: readonly { readonly source: string; readonly events: number; readonly lastArrival: number | null }[]
    /** In a data folder: schema version in the log, by source. */
    readonly schemas?: Readonly<Record<string, number>>
  }
  readonly split: TrainingSplit
  /** Metrics on the holdout. */
  readonly metrics: Metrics
  /** The champion at training time, on the same holdout. */
  readonly champion?: { readonly version: number; readonly metrics: Metrics }
  /** Importance of the inputs on the holdout; absent where its metric is not defined, and in versions of earlier Spillways. */
  readonly importance?: Importance
  readonly constant: readonly string[]
  readonly notes: readonly string[]
  /** The ONNX file in the registry. */
  readonly file?: { readonly sha256: string; readonly bytes: number }
}

/** Split of the rows by time: training, gap, holdout. */
export interface TrainingSplit {
  readonly trained: number
  readonly trainedPositives: number
  /** Time of the first training decision; absent in versions of earlier Spillways. */
  readonly trainedFrom?: number
  /** Time of the last training decision, or later. */
  readonly trainedTo: number
  /** Rows between, whose labels overlap the time of the holdout. */
  readonly gap: number
  readonly gapMs: number
  readonly holdout: number
  readonly holdoutFrom: number
  /** Rows left out because a value was rejected. */
  readonly rejected: number
}

/** A version that scored, or challenged, from a log entry on; 0 is the definition's own score, or no challenger. */
export interface PromotionRecord {
  readonly version: number
  readonly entry: number
  readonly at: number
  readonly why: string
}
