/** The IR of how a model is trained. Times are milliseconds. */
import type { ExternalIR } from './external-ir.ts'
import type { ScheduleIR } from './schedule-ir.ts'

export const algorithmNames = ['logistic', 'linear', 'trees'] as const

export type AlgorithmName = (typeof algorithmNames)[number]

/** An algorithm as people call it. */
export const algorithmText = (algorithm: AlgorithmName | ExternalIR): string =>
  typeof algorithm === 'string' ? algorithm : `external ${[algorithm.command, ...algorithm.args].join(' ')}`

export interface TrainIR {
  /** One of Spillway's, or a command that is given the rows. */
  readonly algorithm: AlgorithmName | ExternalIR
  /** As they were given; the algorithm's own unless given. */
  readonly options: Readonly<Record<string, number | boolean>>
  /** Absent where it is trained when somebody asks. */
  readonly every?: ScheduleIR
  /** Absent where drift is nobody's concern. */
  readonly orWhen?: DriftIR
  /** Decisions of so long before are learnt from; all unless given. */
  readonly over?: number
  /** The decisions of so long at the end are what it is judged by; the last fifth of them unless given. */
  readonly holdout?: number
  readonly promote: PromoteIR
}

/**
 * Looked for at multiples of `look` from the epoch, in the decisions of `recent` before that: from these thresholds on, and below the metric's bound, a training is due.
 * Below `rows` decisions nothing is said.
 */
export interface DriftIR {
  readonly kind: 'drift'
  readonly look: number
  readonly recent: number
  /** After a training that drift asked for; a week, or the horizon of the label if that is longer, unless given. */
  readonly cooldown?: number
  readonly psi: number
  readonly ks: number
  readonly nulls: number
  readonly rows: number
  /** Of decisions whose labels are settled; absent where nobody has said what it must not fall below. */
  readonly metric?: { readonly metric: 'auc' | 'ap'; readonly bound: number }
}

export type PromoteIR =
  | { readonly kind: 'hand' }
  /**
   * Promoted if `metric` is at least `bound`, where more is better, or at most, where less is, and better than the champion's by at least `betterBy`. With `shadow` it must then
   * hold of the decisions of so long as well, which both score.
   */
  | {
      readonly kind: 'rule'
      readonly metric: 'auc' | 'ap' | 'logloss' | 'rmse'
      readonly bound?: number
      readonly betterBy: number
      readonly shadow?: number
    }
