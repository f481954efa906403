/**
 * What an audit makes older: the stages of a pipeline, its feature groups, the age of its model; and how each is run, or would be.
 *
 * A setting says what runs. A rung of a ladder is a setting too: `older`, by so much. What a setting does to a decision is one function for each element (`operators/`).
 */
import type { ScheduleIR } from '../../define/ir/schedule-ir.ts'

export type Element =
  | { readonly kind: 'ingestion' }
  | { readonly kind: 'group'; readonly group: string }
  /** Groups that are elements too, all at once: of two that stand in for one another each alone is worth nothing. */
  | { readonly kind: 'groups'; readonly groups: readonly string[] }
  | { readonly kind: 'inference' }
  | { readonly kind: 'action' }
  | { readonly kind: 'training' }

export type ElementKind = Element['kind']

/** Periods and ages in ms. */
export type Setting =
  /** As the pipeline has it: what was replayed. */
  | { readonly kind: 'now' }
  /** Ingestion: what arrives by `time + part · (arrival − time)`, where arrival was recorded. 0.1 is "90 % faster". */
  | { readonly kind: 'faster'; readonly part: number }
  /** What arrives is known later, a group is a copy that lags, a score or an effect comes later: by so much. */
  | { readonly kind: 'older'; readonly by: number }
  | { readonly kind: 'stream' }
  /** Ingestion, inference and training at the multiples of a period: files each quarter of an hour, scores each hour, a model each week. */
  | { readonly kind: 'every'; readonly every: number }
  /** A group, or ingestion, as a job at the times of a schedule which takes `lasts`. */
  | { readonly kind: 'batch'; readonly schedule: ScheduleIR; readonly lasts: number }
  /** Two layers: the value of `stream`, at another cost. */
  | { readonly kind: 'hybrid'; readonly schedule: ScheduleIR }
  /** A group as old as the runs of a data folder recorded: of each decision the age at the nearest one that was recorded before it. */
  | { readonly kind: 'trace' }
  /** The action: in the answer, so that it can stop its own event; sent after it; or gathered and sent each period. */
  | { readonly kind: 'inline' }
  | { readonly kind: 'async' }
  | { readonly kind: 'digest'; readonly every: number }

/** A setting for each element that it names; the others stay as they are. Keys are `elementId`. */
export type Plan = ReadonlyMap<string, Setting>

/** `ingestion`, `group/NAME`, `groups`, `inference`, `action`, `training`. */
export const elementId = (element: Element): string => (element.kind === 'group' ? `group/${element.group}` : element.kind)

/** Nothing is changed. */
export const asItRuns: Plan = new Map()

/** The plan in which one element alone is set, or each of its groups. */
export const planOf = (element: Element, setting: Setting): Plan =>
  element.kind === 'groups'
    ? new Map(element.groups.map(group => [elementId({ kind: 'group', group }), setting]))
    : new Map([[elementId(element), setting]])
