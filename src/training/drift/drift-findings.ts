/** The findings of a drift check, for people: the drifted columns with quantiles of both samples, and the thresholds. Small, plain JSON. */
import { limits } from '../../base/index.ts'
import { type ColumnDrift, distanceOf, type DriftReport, type DriftThresholds } from './drift.ts'
import { valuesOf } from './distance.ts'
import type { ColumnSummary, NumberSummary, RowsSummary } from './summary.ts'

/** Quantiles of a sample; each is within 0.4 % of a value of the sample, as the summary rounds values. */
export interface SampleQuantiles {
  readonly p10: number
  readonly median: number
  readonly p90: number
}

/** A column that drifted. */
export interface DriftedColumn extends ColumnDrift {
  /** Of numbers, if both samples have values. */
  readonly quantiles?: { readonly reference: SampleQuantiles; readonly recent: SampleQuantiles }
}

/** The findings of one drift check. */
export interface DriftFindings {
  /** Largest drift first; at most DRIFT_COLUMNS_KEPT. */
  readonly inputs: readonly DriftedColumn[]
  /** The scores, if they drifted. */
  readonly score?: DriftedColumn
  readonly thresholds: Required<Pick<DriftThresholds, 'psi' | 'ks' | 'nulls'>>
}

/** The findings of a report; `undefined` if no column drifted. */
export function driftFindings(reference: RowsSummary, recent: RowsSummary, report: DriftReport): DriftFindings | undefined {
  const { psi, ks, nulls } = report.thresholds
  const drifted = report.inputs.filter(column => column.drifted.length > 0).toSorted((a, b) => distanceOf(b) - distanceOf(a))
  const score = report.score && report.score.drifted.length > 0 ? report.score : undefined
  if (drifted.length === 0 && !score) return undefined
  return {
    inputs: drifted.slice(0, limits.DRIFT_COLUMNS_KEPT).map(column => ({
      ...column,
      ...quantilesOf(reference.inputs[column.name], recent.inputs[column.name]),
    })),
    ...(score && { score: { ...score, ...quantilesOf(reference.score!, recent.score!) } }),
    thresholds: { psi, ks, nulls },
  }
}

function quantilesOf(reference: ColumnSummary, recent: ColumnSummary): Pick<DriftedColumn, 'quantiles'> {
  const isCompared = reference.kind === 'numbers' && recent.kind === 'numbers' && valuesOf(reference) > 0 && valuesOf(recent) > 0
  return isCompared ? { quantiles: { reference: sampleQuantiles(reference), recent: sampleQuantiles(recent) } } : {}
}

const sampleQuantiles = (summary: NumberSummary): SampleQuantiles => ({
  p10: quantileOf(summary, 0.1),
  median: quantileOf(summary, 0.5),
  p90: quantileOf(summary, 0.9),
})

/** The value of rank ⌈share · n⌉ of n. */
function quantileOf(summary: NumberSummary, share: number): number {
  const rank = Math.ceil(share * valuesOf(summary))
  let below = 0
  return summary.values[summary.counts.findIndex(count => (below += count) >= rank)]
}
