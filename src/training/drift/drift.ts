/**
 * Has what a model sees, or says, moved away from what it was fitted on? A pure function of two summaries, for people and scripts, and for whatever decides when to train.
 */
import { show } from '../../base/show.ts'
import { numbersOf, type Bound } from '../table/options.ts'
import { untrainable } from '../table/table.ts'
import { ksOf, nullRateOf, psiOf, valuesOf } from './distance.ts'
import type { ColumnSummary, RowsSummary } from './summary.ts'

/** From where on something has drifted. */
export interface DriftThresholds {
  /** Of the population stability index. Below 0.1 is commonly called stable, above 0.25 another population; 0.2 unless given. */
  readonly psi?: number
  /** Of the Kolmogorov–Smirnov statistic; 0.2 unless given. */
  readonly ks?: number
  /** By how much the share of NULLs may differ; 0.1 unless given. */
  readonly nulls?: number
  /** Least rows, in reference and recent data, to judge a column, and least values for its psi and ks; 200 by default. */
  readonly rows?: number
  /** Bins of psi; 10 unless given. */
  readonly bins?: number
}

const bounds = {
  psi: { is: 0.2, from: 0, to: 1e6, above: true },
  ks: { is: 0.2, from: 0, to: 1, above: true },
  nulls: { is: 0.1, from: 0, to: 1, above: true },
  rows: { is: 200, from: 1, to: Number.MAX_SAFE_INTEGER, whole: true },
  bins: { is: 10, from: 2, to: 1000, whole: true },
} satisfies Record<keyof DriftThresholds, Bound>

/** A metric of decisions whose labels are known by now, which is the better the larger it is. */
export interface MaturedMetric {
  readonly name: string
  /** NaN where it has no value, as an AUC of one kind of label. */
  readonly value: number
  /** What it must not be below. */
  readonly bound: number
  /** Decisions with a label that it was measured on. */
  readonly rows: number
}

export interface DriftOptions extends DriftThresholds {
  readonly metrics?: readonly MaturedMetric[]
}

export const driftReasons = ['psi', 'ks', 'nulls'] as const
export type DriftReason = (typeof driftReasons)[number]

export interface ColumnDrift {
  readonly name: string
  /** Absent where it has no value: too few values, all NULL, too many texts, or a column that was of another kind. */
  readonly psi?: number
  readonly ks?: number
  /** Shares of rows without a value. */
  readonly nulls: { readonly reference: number; readonly recent: number }
  /** Empty if it has not drifted. */
  readonly drifted: readonly DriftReason[]
}

export interface DriftReport {
  /** Something has: a column, the scores, or a metric. */
  readonly drifted: boolean
  readonly rows: { readonly reference: number; readonly recent: number }
  /** Too few recent rows to say anything about columns: none has drifted. */
  readonly tooFew: boolean
  /** Those of both, in the order of the reference. */
  readonly inputs: readonly ColumnDrift[]
  readonly score?: ColumnDrift
  /** Inputs that only one of the two has: the models differ. */
  readonly only: { readonly reference: readonly string[]; readonly recent: readonly string[] }
  /** `fell`: below its bound, on enough rows. */
  readonly metrics: readonly (MaturedMetric & { readonly fell: boolean })[]
  readonly thresholds: Required<DriftThresholds>
}

/** Throws `SPILL_TRAINING` for an option that there is not, or a threshold out of its bounds. */
export function driftOf(reference: RowsSummary, recent: RowsSummary, options: DriftOptions = {}): DriftReport {
  const thresholds = numbersOf('drift', options, bounds, ['metrics'])
  const tooFew = recent.rows < thresholds.rows
  const compare = (name: string, was: ColumnSummary, is: ColumnSummary): ColumnDrift => columnDrift(name, was, is, thresholds, tooFew)
  const names = Object.keys(reference.inputs)
  const inputs = names
    .filter(name => Object.hasOwn(recent.inputs, name))
    .map(name => compare(name, reference.inputs[name], recent.inputs[name]))
  const score = reference.score && recent.score && compare('score', reference.score, recent.score)
  const metrics = (options.metrics ?? []).map(metric => ({ ...checked(metric), fell: hasFallen(metric, thresholds.rows) }))
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
  // The share of NULLs among a few rows is chance, whichever of the two has them.
  const isSample = reference.rows >= thresholds.rows && recent.rows >= thresholds.rows
  const apart = { psi, ks, nulls: Math.abs(nulls.recent - nulls.reference) }
  return {
    name,
    ...(psi !== undefined && { psi }),
    ...(ks !== undefined && { ks }),
    nulls,
    drifted: tooFew || !isSample ? [] : driftReasons.filter(reason => (apart[reason] ?? 0) >= thresholds[reason]),
  }
}

/** A metric without a value says nothing: too few labels of a kind is not a worse model. */
const hasFallen = ({ value, bound, rows }: MaturedMetric, least: number): boolean => rows >= least && value < bound

function checked(metric: MaturedMetric): MaturedMetric {
  if (Number.isNaN(metric.bound)) untrainable(`drift: the bound of metric '${metric.name}' is ${show(metric.bound)}, not a number`)
  return metric
}
