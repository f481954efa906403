/**
 * Stage times from sampled decisions: percentiles per stage, the share in which a stage is the longest, and the end-to-end p99 if one stage
 * took a tenth.
 *
 * Percentiles do not add, so end-to-end times are sums per decision. If enough decisions acted, only these count.
 */
import type { Percentiles, StagePart, StagesPart } from '../domain/audit-report.ts'

/** A decision batch, or one decision that acted. Milliseconds. */
export interface SampledDecision {
  /** Start, UTC ms. */
  readonly at: number
  /** Number of represented decisions. */
  readonly count: number
  /** From the event's time until its features could be read. */
  readonly ingestion: number
  readonly features: number
  readonly inference: number
  /** From inference until the decision was durable. */
  readonly durable: number
  readonly effect?: SampledEffect | undefined
}

/** Times of a delivered effect, ms. */
export interface SampledEffect {
  /** From durable to the beginning of the first attempt, from there to that of the last, from there to the acknowledgement. */
  readonly queue: number
  readonly delivery: number
  readonly acknowledgement: number
  /** True if acknowledged by its deadline; undefined without a deadline. */
  readonly met?: boolean
}

/** Number of acted decisions that suffices for using them alone. */
const ACTED_MIN = 20
const FASTER_FACTOR = 0.1

const stageNames: readonly StagePart['stage'][] = [
  'ingestion',
  'features',
  'inference',
  'action queue',
  'action delivery',
  'action acknowledgement',
]

/**
 * Stage part of a report, or the reason for having none. `deadline` is that of the action, ms; `ran` the number of decisions of the run.
 */
export function stagesPart(samples: readonly SampledDecision[], deadline?: number, ran = 0): StagesPart | { readonly why: string } {
  const acted = samples.filter(({ effect }) => effect !== undefined)
  const selected = acted.length >= ACTED_MIN ? acted : samples
  if (selected.length === 0) return { why: 'no decision that ran has stage times; they are measured by spillway run' }
  const weights = Float64Array.from(selected, ({ count }) => count)
  const columns = stageNames.map((_, stage) => Float64Array.from(selected, sample => stagesOf(sample)[stage]))
  const whole = Float64Array.from(selected, (_, row) => columns.reduce((sum, column) => sum + column[row], 0))
  const longest = selected.map((_, row) => longestOf(columns, row))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const stagesShown = selected === acted ? stageNames : stageNames.slice(0, 4)
  const due = acted.filter(({ effect }) => effect!.met !== undefined)
  return {
    decisions: total,
    ...(total < ran && { among: { decisions: ran, by: selected === acted ? ('effect' as const) : ('newest' as const) } }),
    from: selected.reduce((least, { at }) => Math.min(least, at), Infinity),
    until: selected.reduce((greatest, { at }) => Math.max(greatest, at), -Infinity),
    stages: stagesShown.map((stage, s) => ({
      stage,
      ...percentiles(columns[s], weights),
      critical: longest.reduce((sum, stageIndex, row) => sum + (stageIndex === s ? weights[row] : 0), 0) / total,
      p99IfTenth: percentiles(
        whole.map((ms, row) => ms - (1 - FASTER_FACTOR) * columns[s][row]),
        weights,
      ).p99,
    })),
    whole: percentiles(whole, weights),
    ...(deadline !== undefined &&
      due.length > 0 && { deadline: { ms: deadline, met: due.filter(({ effect }) => effect!.met).length / due.length } }),
  }
}

/** Durability delays sending, so it counts as queueing. */
function stagesOf({ ingestion, features, inference, durable, effect }: SampledDecision): number[] {
  const { queue = 0, delivery = 0, acknowledgement = 0 } = effect ?? {}
  return [ingestion, features, inference, durable + queue, delivery, acknowledgement]
}

/** Index of the longest stage; the first of equal ones. */
function longestOf(columns: readonly Float64Array[], row: number): number {
  return columns.reduce((best, column, stage) => (column[row] > columns[best][row] ? stage : best), 0)
}

/** Weighted percentiles by the nearest rank. */
export function percentiles(values: Float64Array, weights: Float64Array): Percentiles {
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a] - values[b])
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const at = (part: number): number => {
    let sum = 0
    for (const row of order) if ((sum += weights[row]) >= part * total) return values[row]
    return values[order[order.length - 1]]
  }
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}
