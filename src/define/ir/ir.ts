/**
 * The IR: a pipeline as plain, versioned JSON.
 *
 * Kernel, oracle, SQL dialects and every engine read the IR and nothing else of a definition. Durations and times are integer
 * milliseconds. Values are physical (`value-ir.ts`). Names are unique within their kind.
 */
import type { ActionIR } from './action-ir.ts'
import type { ColumnIR, TypeIR, ExprIR, InputIR, ScheduleIR, Notes } from './value-ir.ts'
import type { ScoreIR } from './score-ir.ts'
import type { TrainIR } from './train-ir.ts'

/** Version of the IR's format. */
export const IR_VERSION = 1

export type { ActionIR, EffectIR, SettingIR } from './action-ir.ts'
export type { ColumnIR, ColumnType, TypeIR, Value, ExprIR, InputIR, ScheduleIR, Notes } from './value-ir.ts'
export type { ScoreIR, TermIR, TreeIR } from './score-ir.ts'
export type { PromoteIR, TrainIR } from './train-ir.ts'
export type { UtilityIR, WorthIR } from './worth-ir.ts'

/** Ingestion time of imported history: a column of the source, or event time plus a delay (ms). */
export type ArrivalIR = { readonly kind: 'column'; readonly column: string } | { readonly kind: 'after'; readonly delay: number }

/** A source: the log of one kind of event. */
export interface SourceIR {
  readonly name: string
  readonly columns: readonly ColumnIR[]
  /** Column by which events are partitioned. */
  readonly key: string
  /** Timestamp column of the event time. */
  readonly time: string
  /** Column of the event id. */
  readonly id?: string
  /** Columns whose equality, within one source key, makes a later event a revision of an earlier event. */
  readonly identity?: readonly string[]
  /** Time after the original's ingestion within which a revision is accepted, ms. */
  readonly revisable?: number
  /**
   * Bool column that marks a delete: such an event does not count and triggers nothing.
   *
   * With `identity` it supersedes the original. In a table, without `identity`, it is the latest row of its key: a tombstone,
   * whose `row` is NULL.
   */
  readonly deleted?: string
  readonly arrives: ArrivalIR
  /** Lateness from which an event is flagged late, ms. */
  readonly allowedLateness: number
  /** Greatest lead of an event time over the ingestion time, ms. */
  readonly maxClockSkew: number
  /** Deduplication window of ids, ms. */
  readonly dedupe: number
  /** Version of the user's `map`, if there is one. */
  readonly mapVersion?: string
  /** Compatibility level of changes of the columns; absent for the default. Not part of the fingerprint. */
  readonly compatibility?: CompatibilityLevel
  /** Names of the columns with personal data, if there are any. Not part of the fingerprint. */
  readonly personal?: readonly string[]
}

/**
 * Compatibility levels of schema changes, as in Confluent's Schema Registry.
 *
 * With `BACKWARD` the new definition reads data of the previous version, with `FORWARD` the previous definition reads data of the new
 * version, with `FULL` both. A transitive level covers all earlier versions. `NONE` checks nothing.
 */
export const compatibilityLevels = [
  'BACKWARD_TRANSITIVE',
  'BACKWARD',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
  'NONE',
] as const

/** Compatibility level of a source's schema changes; the default is `BACKWARD_TRANSITIVE`, since all of the log is replayed. */
export type CompatibilityLevel = (typeof compatibilityLevels)[number]

/** Names of the aggregates. */
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

/** Name of an aggregate. */
export type AggregateName = (typeof aggregateNames)[number]

/** One feature: `V(k, agg, window, hop; P, t)` (semantics, The value). `type` and `scale` are those of the result. */
export interface FeatureIR extends TypeIR {
  readonly name: string
  readonly agg: AggregateName
  /** Length of the window in ms, or all of the key's history. */
  readonly window: number | 'lifetime'
  /** Hop in ms, by which the window's old end moves; 1 is the exact window, and also the value for `lifetime`. */
  readonly hop: number
  /** Aggregated expression; absent for `count`, and for `timeSinceLast` of any event. For `share` the condition. */
  readonly input?: ExprIR
  /** Only events for which this condition is true are aggregated. */
  readonly where?: ExprIR
  /** Leaves the triggering event out. */
  readonly before?: true
  /** `rate` and `slope`: unit of time, ms. */
  readonly per?: number
  /** `decayedSum`: half-life, ms. */
  readonly halfLife?: number
  /** `histogram`: upper bounds of its buckets, physical, ascending. A value equal to a bound is in the bucket that ends there. */
  readonly bounds?: readonly number[]
  /** `quantile`: the share of the values that are at most the result, 0 to 1. */
  readonly q?: number
  /** `lastK` and `topK`: number of values. */
  readonly k?: number
  /** `countDistinct` and `topK`: distinct values of a window that are counted exactly. */
  readonly limit?: number
  /** Exact windows: greatest number of events of one key; a read beyond it fails. */
  readonly maxEvents?: number
}

/** Placement of a feature group. Times are milliseconds. */
export type PlacementIR =
  | { readonly kind: 'stream' }
  | { readonly kind: 'corrected' }
  | { readonly kind: 'lag'; readonly by: number }
  | { readonly kind: 'partial'; readonly by: number }
  | { readonly kind: 'scheduled'; readonly schedule: ScheduleIR; readonly lasts: number }
  | { readonly kind: 'batch'; readonly schedule: ScheduleIR; readonly lasts: number }
  | { readonly kind: 'hybrid'; readonly schedule: ScheduleIR }

/** A feature group. */
/** Freshness objective of a feature group; values do not depend on it. */
export interface FreshnessIR {
  /** Greatest age that counts as fresh, ms. */
  readonly objective: number
  /** Required share of decisions that read the group within that age, above 0 and below 1. */
  readonly target: number
}

export interface GroupIR extends Notes {
  readonly name: string
  readonly source: string
  /** Entities of the key columns, in order. */
  readonly entity: readonly string[]
  /** Columns of the source that are the key of this group. */
  readonly key: readonly string[]
  readonly place: PlacementIR
  readonly features: readonly FeatureIR[]
  /** Absent if the definition states none. Not part of the fingerprint. */
  readonly freshness?: FreshnessIR
}

/**
 * Trigger of a model (semantics, Decisions and placements), which decides the columns of a decision (`triggerColumns`): those
 * of the source, the one column of a tick, or the fields of the request.
 */
export type TriggerIR =
  | { readonly kind: 'on'; readonly source: string }
  /**
   * At multiples of `every` ms from the epoch, for each key with an event in the last `live` ms. `column` has the name of its
   * entity.
   */
  | { readonly kind: 'every'; readonly every: number; readonly live: number; readonly column: ColumnIR }
  /** On request; `key` is the column with the key of the decision. */
  | {
      readonly kind: 'request'
      readonly columns: readonly ColumnIR[]
      readonly key: string
      /** Names of the fields with personal data, if there are any. Not part of the fingerprint. */
      readonly personal?: readonly string[]
    }

/** Label of a decision `(k, t)`, as far as it is visible at a time `a` (semantics, Labels). Times are milliseconds. */
export type LabelIR =
  /**
   * The bool `value` of the first event of `source` whose `join` is the id of the triggering event and that was ingested by t +
   * `negativeAfter`.
   *
   * False from then on without such an event. For models that decide `on` a source with an id. Unknown for a decision that
   * triggered an action of `censoredBy`.
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
   * True if an episode, in which `condition` holds at every event, starts in (t, t + `within`].
   *
   * Over the events of `source` whose column `key` is the decision's key. An episode counts once it has lasted `lasting`; a gap
   * above `maxGap` ends it.
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
  /**
   * True if an event of `source` has its time in (t, t + `within`]: one whose column `key` is the decision's key, and for which `where`
   * holds.
   *
   * False from t + `within` + `lateness` on without such an event; later arrivals change nothing. `negated` exchanges true and false.
   * Decisions with the same value in the trigger's column `per` share one outcome.
   */
  | {
      readonly kind: 'happens'
      readonly source: string
      readonly key: string
      readonly where?: ExprIR
      readonly within: number
      readonly lateness: number
      readonly negated?: true
      readonly per?: string
    }

/** A model. */
export interface ModelIR extends Notes {
  readonly name: string
  readonly decide: TriggerIR
  readonly inputs: readonly InputIR[]
  readonly score: ScoreIR
  /** Label, if there is one. No decision reads it. */
  readonly label?: LabelIR
  /** Training, if there is one. A promoted version replaces `score`. */
  readonly train?: TrainIR
}

/** A pipeline. */
export interface PipelineIR {
  readonly version: typeof IR_VERSION
  readonly name: string
  /** In order of definition, which orders equal ingestion times of merged histories. */
  readonly sources: readonly SourceIR[]
  readonly groups: readonly GroupIR[]
  readonly models: readonly ModelIR[]
  /** Absent without actions. */
  readonly actions?: readonly ActionIR[]
  /** Absent without reports. */
  readonly reports?: readonly ReportIR[]
}

/**
 * A report: at each time of a schedule one row per active key, with the inputs of a decision at that time and its score
 * (semantics, Decisions and placements). Times are milliseconds.
 */
export interface ReportIR extends Notes {
  readonly name: string
  /** A model, whose score each row has; or inputs alone. */
  readonly of: { readonly kind: 'model'; readonly model: string } | { readonly kind: 'inputs'; readonly inputs: readonly InputIR[] }
  /** Column of the key, named as the inputs read groups by it. */
  readonly column: ColumnIR
  readonly at: ScheduleIR
  /** Time after its last event for which a key stays active, ms. */
  readonly live: number
  /** Age of a group's values, by their as-of time, beyond which a row is `stale`. */
  readonly freshness?: number
  /** Condition of the rows, over the delivered columns `score` and `vector.NAME`. */
  readonly where?: ExprIR
  /** Order of the rows. NULL is last; equal rows are in order of their keys, as at a tick. */
  readonly orderBy?: readonly { readonly column: string; readonly descending: boolean }[]
  readonly limit?: number
  /** Path of the file, with `{date}` and `{time}` for the report's time; in the data folder if absent. */
  readonly to?: string
}
