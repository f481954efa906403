/** The IR of how a model is trained. Times are milliseconds. */
import type { ScheduleIR } from './schedule-ir.ts'

export const algorithmNames = ['logistic', 'linear', 'trees'] as const

export type AlgorithmName = (typeof algorithmNames)[number]

export interface TrainIR {
  readonly algorithm: AlgorithmName
  /** As they were given; the algorithm's own unless given. */
  readonly options: Readonly<Record<string, number | boolean>>
  /** Absent where it is trained when somebody asks. */
  readonly every?: ScheduleIR
  /** Decisions of so long before are learnt from; all unless given. */
  readonly over?: number
  /** The decisions of so long at the end are what it is judged by; the last fifth of them unless given. */
  readonly holdout?: number
  readonly promote: PromoteIR
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
