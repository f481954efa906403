/**
 * Where the time goes, from samples of decisions that ran: percentiles of each stage, which stage is the longest, and what the whole would be if one stage were ten times as fast.
 *
 * Percentiles do not add, so the whole is taken from each decision's own sum. Where decisions have acted, those are what is looked at.
 */
import type { Percentiles, StagePart, StagesPart } from '../domain/audit-report.ts'

/** One stretch of decisions, or one that acted. Milliseconds. */
export interface SampledDecision {
  /** When it was begun, UTC ms. */
  readonly at: number
  /** Decisions that it stands for. */
  readonly count: number
  /** From the event's time until its features could be read. */
  readonly ingestion: number
  readonly features: number
  readonly inference: number
  /** Until it was durable. */
  readonly durable: number
  readonly effect?: SampledEffect | undefined
}

export interface SampledEffect {
  /** From durable until the first try began; from there until the last did; from there until it was acknowledged. */
  readonly queue: number
  readonly delivery: number
  readonly acknowledgement: number
  /** Acknowledged by its deadline; absent where there is none. */
  readonly met?: boolean
}

/** So many that acted are enough to speak of them alone. */
const ACTED_MIN = 20
const FASTER = 0.1

const names: readonly StagePart['stage'][] = [
  'ingestion',
  'features',
  'inference',
  'action queue',
  'action delivery',
  'action acknowledgement',
]

/** `deadline`: of the action, ms. `ran`: decisions of the model that ran. Nothing is said of no samples: a reason, in words. */
export function stagesPart(samples: readonly SampledDecision[], deadline?: number, ran = 0): StagesPart | { readonly why: string } {
  const acted = samples.filter(({ effect }) => effect !== undefined)
  const of = acted.length >= ACTED_MIN ? acted : samples
  if (of.length === 0) return { why: 'no decision that ran has stage times; they are measured by spillway run' }
  const weights = Float64Array.from(of, ({ count }) => count)
  const columns = names.map((_, stage) => Float64Array.from(of, sample => stagesOf(sample)[stage]))
  const whole = Float64Array.from(of, (_, row) => columns.reduce((sum, column) => sum + column[row], 0))
  const longest = of.map((_, row) => longestOf(columns, row))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const shown = of === acted ? names : names.slice(0, 4)
  const due = acted.filter(({ effect }) => effect!.met !== undefined)
  return {
    decisions: total,
    ...(total < ran && { among: { decisions: ran, by: of === acted ? ('effect' as const) : ('newest' as const) } }),
    from: of.reduce((least, { at }) => Math.min(least, at), Infinity),
    until: of.reduce((greatest, { at }) => Math.max(greatest, at), -Infinity),
    stages: shown.map((stage, s) => ({
      stage,
      ...percentiles(columns[s], weights),
      critical: longest.reduce((sum, one, row) => sum + (one === s ? weights[row] : 0), 0) / total,
      p99IfTenth: percentiles(
        whole.map((ms, row) => ms - (1 - FASTER) * columns[s][row]),
        weights,
      ).p99,
    })),
    whole: percentiles(whole, weights),
    ...(deadline !== undefined &&
      due.length > 0 && { deadline: { ms: deadline, met: due.filter(({ effect }) => effect!.met).length / due.length } }),
  }
}

/** What waits to be durable waits to be sent. */
function stagesOf({ ingestion, features, inference, durable, effect }: SampledDecision): number[] {
  const { queue = 0, delivery = 0, acknowledgement = 0 } = effect ?? {}
  return [ingestion, features, inference, durable + queue, delivery, acknowledgement]
}

/** The first of those that take longest. */
function longestOf(columns: readonly Float64Array[], row: number): number {
  return columns.reduce((best, column, stage) => (column[row] > columns[best][row] ? stage : best), 0)
}

/** Nearest rank, over values that stand for so many each. */
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
