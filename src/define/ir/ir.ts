/**
 * The IR: what a pipeline file means, as plain versioned JSON.
 *
 * Kernel, oracle, SQL dialects and every engine read this and nothing else of a definition. Durations and times are
 * integer milliseconds; exact values are *physical*: a decimal of scale `s` is the integer `value · 10^s`, a timestamp
 * is UTC milliseconds, a duration is milliseconds. Names are unique within their kind.
 */
import type { ActionIR } from './action-ir.ts'
import type { ColumnIR, TypeIR } from './column-ir.ts'
import type { ExprIR } from './expr-ir.ts'
import type { InputIR } from './input-ir.ts'
import type { LabelIR } from './label-ir.ts'
import type { ReportIR } from './report-ir.ts'
import type { ScheduleIR } from './schedule-ir.ts'
import type { ScoreIR } from './score-ir.ts'
import type { TrainIR } from './train-ir.ts'

export const IR_VERSION = 1

export type { ActionIR, EffectIR, SettingIR } from './action-ir.ts'
export type { ColumnIR, ColumnType, TypeIR, Value } from './column-ir.ts'
export type { ExprIR } from './expr-ir.ts'
export type { InputIR } from './input-ir.ts'
export type { LabelIR } from './label-ir.ts'
export type { ReportIR } from './report-ir.ts'
export type { ScheduleIR } from './schedule-ir.ts'
export type { ScoreIR, TermIR, TreeIR } from './score-ir.ts'
export type { PromoteIR, TrainIR } from './train-ir.ts'
export type { UtilityIR, WorthIR } from './worth-ir.ts'

/** How imported history gets its arrival: a column of the source, or event time plus a delay. */
export type ArrivalIR = { readonly kind: 'column'; readonly column: string } | { readonly kind: 'after'; readonly delay: number }

export interface SourceIR {
  readonly name: string
  readonly columns: readonly ColumnIR[]
  /** The column by which events are partitioned. */
  readonly key: string
  /** The timestamp column that is the event time. */
  readonly time: string
  readonly id?: string
  /** Fields whose equality, within one source key, makes a later event supersede an earlier one. */
  readonly identity?: readonly string[]
  readonly revisable?: number
  /**
   * A bool column: an event in which it is true does not count and triggers nothing. With `identity` it supersedes; without, in a table, it is
   * the latest row of its key all the same, a tombstone, of which `row` is NULL.
   */
  readonly deleted?: string
  readonly arrives: ArrivalIR
  readonly allowedLateness: number
  readonly maxClockSkew: number
  readonly dedupe: number
  /** Present when a function of the user's turns a raw record into rows. */
  readonly mapVersion?: string
}

export const aggregateNames = [
  'count',
  'sum',
  'mean',
  'min',
  'max',
  'variance',
  'stddev',
  'first',
  'last',
  'lastK',
  'change',
  'rate',
  'slope',
  'share',
  'timeSinceLast',
  'countDistinct',
  'decayedSum',
  'histogram',
  'quantile',
  'topK',
  'row',
] as const

export type AggregateName = (typeof aggregateNames)[number]

/** One feature: `V(k, agg, window, hop; P, t)` of semantics §3. `type` and `scale` are those of the result. */
export interface FeatureIR extends TypeIR {
  readonly name: string
  readonly agg: AggregateName
  /** Milliseconds, or all of the key's history. */
  readonly window: number | 'lifetime'
  /** Milliseconds by which the tail moves; 1 is the exact window. Meaningless (1) for `lifetime`. */
  readonly hop: number
  /** What is aggregated; absent for `count`, and for `timeSinceLast` of any event. For `share`, the condition. */
  readonly input?: ExprIR
  /** Only events for which this is true take part. */
  readonly where?: ExprIR
  /** Leave the triggering event out. */
  readonly before?: true
  /** `rate` and `slope`: the unit of time, milliseconds. */
  readonly per?: number
  /** `decayedSum`: after how many milliseconds an event counts half. */
  readonly halfLife?: number
  /** `histogram`: where its buckets end, physical and ascending. A value on a bound is in the bucket that ends there. */
  readonly bounds?: readonly number[]
  /** `quantile`: which part of the values is up to it, 0 to 1. */
  readonly q?: number
  /** `lastK` and `topK`: how many. */
  readonly k?: number
  /** `countDistinct` and `topK`: how many different values a window may hold and still be counted exactly, or answered. */
  readonly limit?: number
  /** Exact windows: events that one key may hold; passing it refuses the read. */
  readonly maxEvents?: number
}

export type PlacementIR =
  | { readonly kind: 'stream' }
  | { readonly kind: 'corrected' }
  | { readonly kind: 'lag'; readonly by: number }
  | { readonly kind: 'partial'; readonly by: number }
  | { readonly kind: 'scheduled'; readonly schedule: ScheduleIR; readonly lasts: number }
  | { readonly kind: 'batch'; readonly schedule: ScheduleIR; readonly lasts: number }
  | { readonly kind: 'hybrid'; readonly schedule: ScheduleIR }

export interface GroupIR {
  readonly name: string
  readonly source: string
  /** One entity a key column. */
  readonly entity: readonly string[]
  /** The columns of the source that are the key of this group. */
  readonly key: readonly string[]
  readonly place: PlacementIR
  readonly features: readonly FeatureIR[]
  readonly owner?: string
  readonly description?: string
}

/**
 * What makes a model decide (semantics §4), and so what columns a decision brings with it: those of the source, the one column of a tick, or
 * the fields of the request (`triggerColumns`).
 */
export type TriggerIR =
  | { readonly kind: 'on'; readonly source: string }
  /** At multiples of `every` ms from the epoch, for each key with an event in the last `live` ms. `column` is named as its entity. */
  | { readonly kind: 'every'; readonly every: number; readonly live: number; readonly column: ColumnIR }
  /** When asked; `key` names the column whose value is the key of the decision. */
  | { readonly kind: 'request'; readonly columns: readonly ColumnIR[]; readonly key: string }

export interface ModelIR {
  readonly name: string
  readonly decide: TriggerIR
  readonly inputs: readonly InputIR[]
  readonly score: ScoreIR
  /** Only where the model has one: nothing that decides looks at it. */
  readonly label?: LabelIR
  /** A version that was promoted scores in place of `score`. */
  readonly train?: TrainIR
  readonly owner?: string
  readonly description?: string
}

export interface PipelineIR {
  readonly version: typeof IR_VERSION
  readonly name: string
  /** In order of definition, which orders equal arrivals of merged histories. */
  readonly sources: readonly SourceIR[]
  readonly groups: readonly GroupIR[]
  readonly models: readonly ModelIR[]
  /** Only where there are any. */
  readonly actions?: readonly ActionIR[]
  /** Only where there are any. */
  readonly reports?: readonly ReportIR[]
}
