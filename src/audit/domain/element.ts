/**
 * The elements of a pipeline whose age an audit varies (stages, feature groups, the model), and the settings of each.
 *
 * A setting says how an element runs. A staleness level is a setting too: `older`, by a number of ms. Each element has one function that
 * applies a setting to the decisions (`experiment/settings/`).
 */
import type { ScheduleIR } from '../../define/ir/index.ts'

/** A part of the pipeline whose latency the audit varies. */
export type Element =
  | { readonly kind: 'ingestion' }
  | { readonly kind: 'group'; readonly group: string }
  /** Several feature groups aged together: redundant groups hide each other's value. */
  | { readonly kind: 'groups'; readonly groups: readonly string[] }
  | { readonly kind: 'inference' }
  | { readonly kind: 'action' }
  | { readonly kind: 'training' }

/** The way an element runs. Periods and ages are in ms. */
export type ElementSetting =
  /** As the pipeline runs now. */
  | { readonly kind: 'now' }
  /**
   * Ingestion: arrival at `time + part · (arrival − time)`, where arrival was recorded; 0.1 is "90 % faster". A group: a part of its lag or
   * schedule.
   */
  | { readonly kind: 'faster'; readonly part: number }
  /** Later by a fixed time: events arrive later, a feature group lags, a score or an effect comes later. */
  | { readonly kind: 'older'; readonly by: number }
  | { readonly kind: 'stream' }
  /** Ingestion, inference or training at the multiples of a period: files every 15 minutes, scores every hour, a model every week. */
  | { readonly kind: 'every'; readonly every: number }
  /** A feature group, or ingestion, as a scheduled job that takes `lasts` ms. */
  | { readonly kind: 'batch'; readonly schedule: ScheduleIR; readonly lasts: number }
  /** Snapshot and delta: the value of `stream`, at another cost. */
  | { readonly kind: 'hybrid'; readonly schedule: ScheduleIR }
  /** A feature group as old as a data folder recorded: each decision has the age of the latest recorded decision before it. */
  | { readonly kind: 'trace' }
  /** The action: in the reply, so that it can stop its own event; sent after it; or collected and sent each period. */
  | { readonly kind: 'inline' }
  | { readonly kind: 'async' }
  | { readonly kind: 'digest'; readonly every: number }

/** A setting for each named element; all others stay as they are. Keys are `elementId`. */
export type Plan = ReadonlyMap<string, ElementSetting>

/**
 * The key of an element in a plan: `ingestion`, `group/NAME`, `groups`, `inference`, `action`, `training`.
 *
 * @example elementId({ kind: 'group', group: 'landings' }) // 'group/landings'
 */
export const elementId = (element: Element): string => (element.kind === 'group' ? `group/${element.group}` : element.kind)

/** The plan that changes nothing. */
export const asItRuns: Plan = new Map()

/**
 * The plan that sets one element alone, or each of its feature groups.
 *
 * @example planOf({ kind: 'inference' }, { kind: 'every', every: 3_600_000 })
 */
export const planOf = (element: Element, setting: ElementSetting): Plan =>
  element.kind === 'groups'
    ? new Map(element.groups.map(group => [elementId({ kind: 'group', group }), setting]))
    : new Map([[elementId(element), setting]])
