/** Training of a model, in the IR. Times are milliseconds. */
import type { ScheduleIR } from './value-ir.ts'

/** Names of Spillway's own trainers. */
export const algorithmNames = ['logistic', 'linear', 'trees'] as const

/** Name of one of Spillway's own trainers. */
export type AlgorithmName = (typeof algorithmNames)[number]

/** An algorithm as text for people. */
export const algorithmText = (algorithm: AlgorithmName | ExternalIR): string =>
  typeof algorithm === 'string' ? algorithm : `external ${[algorithm.command, ...algorithm.args].join(' ')}`

/** Training of a model. */
export interface TrainIR {
  /** One of Spillway's trainers, or a command that gets the rows. */
  readonly algorithm: AlgorithmName | ExternalIR
  /** Options that are set; others have the algorithm's defaults. */
  readonly options: Readonly<Record<string, number | boolean>>
  /** Schedule; absent for training on command. */
  readonly every?: ScheduleIR
  /** Drift as a cause of training; absent without. */
  readonly orWhen?: DriftIR
  /** Age of the oldest decisions to learn from; all if absent. */
  readonly over?: number
  /** Length of the holdout at the end; the last fifth of the decisions if absent. */
  readonly holdout?: number
  readonly promote: PromoteIR
}

/**
 * Drift checks at multiples of `look` from the epoch, over the decisions of the `recent` ms before.
 *
 * A training is due if a threshold is reached, or the metric is below its bound. Below `rows` decisions there is no result.
 */
export interface DriftIR {
  readonly kind: 'drift'
  readonly look: number
  readonly recent: number
  /** Least time between two trainings because of drift; 1 week if absent, or the label's horizon if that is longer. */
  readonly cooldown?: number
  readonly psi: number
  readonly ks: number
  readonly nulls: number
  readonly rows: number
  /** Metric over decisions with settled labels; absent without a bound. */
  readonly metric?: { readonly metric: 'auc' | 'ap'; readonly bound: number }
}

/** Rule by which a version is promoted; `hand` for promotion by people. */
export type PromoteIR =
  | { readonly kind: 'hand' }
  /**
   * Promoted if `metric` is at least `bound` (`auc`, `ap`) or at most (`logloss`, `rmse`), and better than the champion's by
   * `betterBy`.
   *
   * With `shadow` the rule must then also hold for the decisions of that many ms, which both versions score.
   */
  | {
      readonly kind: 'rule'
      readonly metric: 'auc' | 'ap' | 'logloss' | 'rmse'
      readonly bound?: number
      readonly betterBy: number
      readonly shadow?: number
    }

/** A command that trains models, in the IR. */
export interface ExternalIR {
  readonly kind: 'external'
  readonly command: string
  readonly args: readonly string[]
  /** Timeout, ms. */
  readonly timeout: number
  readonly env: Readonly<Record<string, string>>
}
