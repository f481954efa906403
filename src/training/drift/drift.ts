/** Detects drift: did the inputs or scores of a model move away from the data that it was fitted on? A pure function of two summaries. */
import { show } from '../../base/index.ts'
import { numericOptions, type OptionBound } from '../input/numeric-options.ts'
import { untrainable } from '../input/training-table.ts'
import { ksOf, nullRateOf, psiOf, valuesOf } from './distance.ts'
import type { ColumnSummary, RowsSummary } from './summary.ts'

/** Thresholds above which a column has drifted. */
export interface DriftThresholds {
  /** Least population stability index. Below 0.1 is commonly called stable, above 0.25 a changed population. Default 0.2. */
  readonly psi?: number
  /** Least Kolmogorov–Smirnov statistic. Default 0.2. */
  readonly ks?: number
  /** Least difference of the NULL rates. Default 0.1. */
  readonly nulls?: number
  /** Least rows, in reference and recent data, to judge a column, and least values for its psi and ks. Default 200. */
  readonly rows?: number
  /** Bins of psi. Default 10. */
  readonly bins?: number
}

const bounds = {
  psi: { is: 0.2, from: 0, to: 1e6, above: true },
  ks: { is: 0.2, from: 0, to: 1, above: true },
  nulls: { is: 0.1, from: 0, to: 1, above: true },
  rows: { is: 200, from: 1, to: Number.MAX_SAFE_INTEGER, whole: true },
  bins: { is: 10, from: 2, to: 1000, whole: true },
} satisfies Record<keyof DriftThresholds, OptionBound>

/** A metric of decisions whose labels are settled; larger is better. */
export interface SettledMetric {
  readonly name: string
  /** NaN if undefined, such as an AUC over one class. */
  readonly value: number
  /** Least acceptable value. */
  readonly bound: number
  /** Labelled decisions that it was measured on. */
  readonly rows: number
}

/** Thresholds, and metrics to check beside the columns. */
export interface DriftOptions extends DriftThresholds {
  readonly metrics?: readonly SettledMetric[]
}

/** Measures that can detect drift of a column. */
const driftReasons = ['psi', 'ks', 'nulls'] as const
/** One of `driftReasons`. */
export type DriftReason = (typeof driftReasons)[number]

/** Drift of one column. */
export interface ColumnDrift {
  readonly name: string
  /** Absent if undefined: too few values, all NULL, too many texts, or a changed kind. */
  readonly psi?: number
  readonly ks?: number
  /** NULL rates. */
  readonly nulls: { readonly reference: number; readonly recent: number }
  /** Measures at or above their threshold; empty without drift. */
  readonly drifted: readonly DriftReason[]
}

/** Result of `driftOf`. */
export interface DriftReport {
  /** True if a column, the scores or a metric has drifted. */
  readonly drifted: boolean
  readonly rows: { readonly reference: number; readonly recent: number }
  /** Too few recent rows to judge columns: none has drifted. */
  readonly tooFew: boolean
  /** Inputs on both sides, in the order of the reference. */
  readonly inputs: readonly ColumnDrift[]
  readonly score?: ColumnDrift
  /** Inputs on one side only: the models differ. */
  readonly only: { readonly reference: readonly string[]; readonly recent: readonly string[] }
  /** `fell`: below its bound, on enough rows. */
  readonly metrics: readonly (SettledMetric & { readonly fell: boolean })[]
  readonly thresholds: Required<DriftThresholds>
}

/**
 * Compares recent rows with the reference, column by column.
 *
 * @throws `SPILL_TRAINING` for an unknown option, or a threshold out of its bounds.
 * @example
 *   const reference = countNumbers()
 *   reference.add({ values: Float64Array.of(1, 2, 3) }, 3)
 *   const summary = { rows: 3, inputs: { level: reference.summary } }
 *   driftOf(summary, summary, { rows: 3 }).drifted // false
 */
export function driftOf(reference: RowsSummary, recent: RowsSummary, options: DriftOptions = {}): DriftReport {
  const thresholds = numericOptions('drift', options, bounds, ['metrics'])
  const tooFew = recent.rows < thresholds.rows
  const compare = (name: string, was: ColumnSummary, is: ColumnSummary): ColumnDrift => columnDrift(name, was, is, thresholds, tooFew)
  const names = Object.keys(reference.inputs)
  const inputs = names
    .filter(name => Object.hasOwn(recent.inputs, name))
    .map(name => compare(name, reference.inputs[name], recent.inputs[name]))
  const score = reference.score && recent.score && compare('score', reference.score, recent.score)
  const metrics = (options.metrics ?? []).map(metric => ({ ...checkMetric(metric), fell: hasFallen(metric, thresholds.rows) }))
  return {
    drifted: [...inputs, ...(score ? [score] : [])].some(({ drifted }) => drifted.length > 0) || metrics.some(({ fell }) => fell),
    rows: { reference: reference.rows, recent: recent.rows },
    tooFew,
    inputs,
    ...(score && { score }),
    only: {
      reference: names.filter(name => !Object.hasOwn(recent.inputs, name)),
      recent: Object.keys(recent.inputs).filter(name => !Object.hasOwn(reference.inputs, name)),
    },
    metrics,
    thresholds,
  }
}

function columnDrift(
  name: string,
  reference: ColumnSummary,
  recent: ColumnSummary,
  thresholds: Required<DriftThresholds>,
  tooFew: boolean,
): ColumnDrift {
  const enough = valuesOf(recent) >= thresholds.rows && valuesOf(reference) >= thresholds.rows
  const psi = enough ? psiOf(reference, recent, thresholds.bins) : undefined
  const ks = enough ? ksOf(reference, recent) : undefined
  const nulls = { reference: nullRateOf(reference), recent: nullRateOf(recent) }
  // The NULL rate of few rows is chance, on either side.
  const isSample = reference.rows >= thresholds.rows && recent.rows >= thresholds.rows
  const distances = { psi, ks, nulls: Math.abs(nulls.recent - nulls.reference) }
  return {
    name,
    ...(psi !== undefined && { psi }),
    ...(ks !== undefined && { ks }),
    nulls,
    drifted: tooFew || !isSample ? [] : driftReasons.filter(reason => (distances[reason] ?? 0) >= thresholds[reason]),
  }
}

/** A metric without a value does not count: too few labels of a class do not make a worse model. */
const hasFallen = ({ value, bound, rows }: SettledMetric, least: number): boolean => rows >= least && value < bound

function checkMetric(metric: SettledMetric): SettledMetric {
  if (Number.isNaN(metric.bound)) untrainable(`drift: the bound of metric '${metric.name}' is ${show(metric.bound)}, not a number`)
  return metric
}

const SHOWN = 3

/** Describes drift in one line, largest first: `drift of glucose.level: PSI 0.31`. `undefined` without drift. */
export function describeDrift({ inputs, score, metrics }: DriftReport): string | undefined {
  const columns = [...inputs, ...(score ? [score] : [])].filter(({ drifted }) => drifted.length > 0)
  const worst = columns.toSorted((a, b) => distanceOf(b) - distanceOf(a))
  const more = worst.length > SHOWN ? `; and ${worst.length - SHOWN} more` : ''
  const drift = worst.length > 0 ? [`drift of ${worst.slice(0, SHOWN).map(columnText).join('; ')}${more}`] : []
  const degraded = metrics.filter(({ fell }) => fell)
  const text = degraded.map(
    ({ name, value, bound, rows }) => `${name} of ${rows} settled decisions is ${value.toFixed(4)}, below ${bound.toFixed(4)}`,
  )
  return drift.length + text.length > 0 ? [...drift, ...text].join('; ') : undefined
}

/** The largest distance of a column, for an order. */
export const distanceOf = ({ psi = 0, ks = 0, nulls }: ColumnDrift): number => Math.max(psi, ks, Math.abs(nulls.recent - nulls.reference))

function columnText({ name, psi, ks, nulls, drifted }: ColumnDrift): string {
  const words = {
    psi: `PSI ${psi?.toFixed(2)}`,
    ks: `KS ${ks?.toFixed(2)}`,
    nulls: `NULL ${percent(nulls.reference)} → ${percent(nulls.recent)}`,
  }
  return `${name}: ${drifted.map(reason => words[reason]).join(', ')}`
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
