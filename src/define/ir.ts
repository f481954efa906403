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
import type { OnnxIR } from './onnx-ir.ts'
import type { ScheduleIR } from './schedule-ir.ts'
import type { TrainIR } from './train-ir.ts'

export const IR_VERSION = 1

export type { ActionIR, EffectIR, SettingIR } from './action-ir.ts'
export type { ColumnIR, ColumnType, TypeIR, Value } from './column-ir.ts'
export type { ExprIR } from './expr-ir.ts'
export type { ScheduleIR } from './schedule-ir.ts'
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

/** One slot of a model's vector. Features keep their own type; derived inputs are doubles, strings or bools. */
export interface InputIR {
  /** `amount`, or `card.n10m` for a feature of a group given under the name `card`. */
  readonly name: string
  readonly expr: ExprIR
}

/**
 * What one input adds to a linear score. A number or bool (0 or 1) adds `weight · (x − mean) / scale`; a NULL is
 * replaced by `ifNull`, and without it the score is NULL. `levels` instead gives a weight for each value written as text.
 */
export interface TermIR {
  readonly input: string
  readonly weight?: number
  readonly mean?: number
  readonly scale?: number
  readonly ifNull?: number
  readonly levels?: Readonly<Record<string, number>>
  /** The weight of a value, or NULL, that `levels` does not name; without it the score is NULL. */
  readonly otherwise?: number
}

/**
 * One tree over some inputs, known by number. Its nodes stand in preorder: node 0 is the root, the left child of a split `i` is `i + 1`, its right one
 * `right[i]`. A row goes left if input `input[i]` is at most `value[i]` and right if it is greater; a NULL goes left if `nullsLeft[i]` is 1 and right
 * otherwise. A leaf has `input` −1, `right` and `nullsLeft` 0, and gives `value[i]`.
 */
export interface TreeIR {
  readonly input: readonly number[]
  readonly value: readonly number[]
  readonly right: readonly number[]
  readonly nullsLeft: readonly number[]
}

export type ScoreIR =
  /** `logistic`: 1 / (1 + e^−z), `linear`: z, with z = intercept + the terms in order. */
  | { readonly kind: 'logistic' | 'linear'; readonly intercept: number; readonly terms: readonly TermIR[] }
  /** The score of the first rule whose condition over the inputs is true. */
  | { readonly kind: 'rules'; readonly rules: readonly { readonly when: ExprIR; readonly score: number }[]; readonly otherwise: number }
  /**
   * z = base + what each tree gives, in order; the score is 1 / (1 + e^−z) with the link `logistic`, z with `identity`. `inputs` are the names of the
   * inputs that the trees know by number; a bool is 0 or 1. NULLs have a way in each tree, so that only a z that is not finite makes the score NULL.
   */
  | {
      readonly kind: 'trees'
      readonly link: 'logistic' | 'identity'
      readonly base: number
      readonly inputs: readonly string[]
      readonly trees: readonly TreeIR[]
    }
  | OnnxIR
  /** The user's own function, known by its version. */
  | { readonly kind: 'function'; readonly version: string }
  /** NULL: of a model that is trained, until a version of it is promoted. */
  | { readonly kind: 'none' }

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

/** What came of a decision `(k, t)`, as far as it is known at a time `a` (docs/semantics.md, Labels). Times are milliseconds. */
export type LabelIR =
  /**
   * The bool `value` of the first event of `source` whose `join` is the id of the triggering event, of those that arrived by t + `negativeAfter`; false
   * from then on, if there is none. For models that decide `on` a source with an id. Not known of a decision that an action of `censoredBy` followed from.
   */
  | {
      readonly kind: 'from'
      readonly source: string
      readonly join: string
      readonly value: ExprIR
      readonly negativeAfter: number
      readonly censoredBy?: readonly string[]
    }
  /**
   * Does an episode, in which `condition` holds at every event, start in (t, t + `within`]? Over the events of `source` whose column `key` is the key of the
   * decision. An episode counts once it has gone on for `lasting`; more than `maxGap` between two events ends it.
   */
  | {
      readonly kind: 'begins'
      readonly source: string
      readonly key: string
      readonly condition: ExprIR
      readonly within: number
      readonly lasting: number
      readonly maxGap: number
    }

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

/**
 * At each time of a schedule a row about every live key: what a decision at that time would be made on, and its score (semantics, Reports). Times are
 * milliseconds.
 */
export interface ReportIR {
  readonly name: string
  /** A model, whose score each row has; or inputs alone. */
  readonly of: { readonly kind: 'model'; readonly model: string } | { readonly kind: 'inputs'; readonly inputs: readonly InputIR[] }
  /** What a row is about, named as the inputs read groups by it. */
  readonly column: ColumnIR
  readonly at: ScheduleIR
  readonly live: number
  /** How old a group may be, by its clock, until a row is `stale`. */
  readonly freshness?: number
  /** Over the columns of the report, `score` and `vector.NAME`, as delivered: it has the rows for which this is true. */
  readonly where?: ExprIR
  /** NULL is last; of equal rows the order is that of their keys, as at a tick. */
  readonly orderBy?: readonly { readonly column: string; readonly descending: boolean }[]
  readonly limit?: number
  /** The path of a file, with `{date}` and `{time}` for when it is of; in the data folder if there is none. */
  readonly to?: string
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
