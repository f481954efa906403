/** `orWhen: 'drift'`: a training is also due when inputs, scores or quality have drifted away from those of the last training. */
import { limits, show, type Duration } from '../../base/index.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions, parseOptions } from '../mistake/names.ts'
import type { DriftIR, PromoteIR } from '../ir/train-ir.ts'
import { boundedDurationOf } from '../expression/window.ts'

/** Drift checks: how often, over which decisions, and the thresholds. */
export interface DriftTraining {
  /** Interval between two checks, which are at multiples of it from the epoch, UTC. Default 1 day. */
  readonly look?: Duration | Hint<DurationAdvice<'look'>>
  /** Age of the oldest decisions that a check takes. Default 1 week. */
  readonly recent?: Duration | Hint<DurationAdvice<'recent'>>
  /**
   * Least time between two trainings because of drift; it doubles after each training that did not help. Default: 1 week, or
   * the label's horizon if that is longer.
   */
  readonly cooldown?: Duration | Hint<DurationAdvice<'cooldown'>>
  /** Threshold of the population stability index. Default 0.2. */
  readonly psi?: number
  /** Threshold of the Kolmogorov–Smirnov statistic. Default 0.2. */
  readonly ks?: number
  /** Threshold of the difference of the shares of NULLs. Default 0.1. */
  readonly nulls?: number
  /** Least number of decisions on both sides of a comparison, and of settled labels for the metric. Default 1000. */
  readonly rows?: number
  /** Metric over decisions with settled labels; needs `atLeast`. Default: that of the promotion rule. */
  readonly metric?: 'auc' | 'ap'
  /** Value of the metric below which a training is due. */
  readonly atLeast?: number
}

/** Drift as a cause of training, with default or own thresholds. */
export type OrWhen = 'drift' | { readonly drift: DriftTraining }

const defaults = { psi: 0.2, ks: 0.2, nulls: 0.1, rows: 1000 } as const
const most: Readonly<Record<keyof typeof defaults, number>> = { psi: 1e6, ks: 1, nulls: 1, rows: Number.MAX_SAFE_INTEGER }
const names = ['look', 'recent', 'cooldown', 'psi', 'ks', 'nulls', 'rows', 'metric', 'atLeast']

/** IR of `orWhen`. Throws `SPILL_DEFINITION`. */
export function orWhenOf(subject: string, input: unknown, promote: PromoteIR): DriftIR {
  if (input !== 'drift' && (input === null || typeof input !== 'object' || !('drift' in input)))
    mistake(`${subject} is ${show(input)}; write 'drift', or { drift: { psi: 0.25, recent: '7d' } }`)
  if (input !== 'drift') checkOptions(subject, input, ['drift'])
  const options = input === 'drift' ? {} : (input as { readonly drift: unknown }).drift
  checkOptions(`${subject}: drift`, options, names)
  const { look = '1d', recent = '7d', cooldown, ...rest } = options as Readonly<Record<string, unknown>>
  const lookMs = boundedDurationOf(`${subject}: look`, look)
  if (lookMs < limits.DRIFT_LOOK_MS_MIN)
    mistake(
      `${subject}: look is at least ${limits.DRIFT_LOOK_MS_MIN} ms (DRIFT_LOOK_MS_MIN), got ${show(look)}; each reads recorded decisions`,
    )
  const metric = metricOf(subject, rest, promote)
  return {
    kind: 'drift',
    look: lookMs,
    recent: boundedDurationOf(`${subject}: recent`, recent),
    ...parseOptions(subject, { cooldown }, boundedDurationOf),
    psi: thresholdOf(subject, 'psi', rest),
    ks: thresholdOf(subject, 'ks', rest),
    nulls: thresholdOf(subject, 'nulls', rest),
    rows: thresholdOf(subject, 'rows', rest),
    ...(metric && { metric }),
  }
}

function thresholdOf(subject: string, name: keyof typeof defaults, input: Readonly<Record<string, unknown>>): number {
  const { [name]: value = defaults[name] } = input
  const isWhole = name !== 'rows' || Number.isInteger(value)
  if (typeof value === 'number' && value > 0 && value <= most[name] && isWhole) return value
  return mistake(`${subject}: ${name} is a ${name === 'rows' ? 'whole ' : ''}number above 0 and at most ${most[name]}, got ${show(value)}`)
}

function metricOf(subject: string, { metric, atLeast }: Readonly<Record<string, unknown>>, promote: PromoteIR): DriftIR['metric'] {
  if (metric === undefined && atLeast === undefined) return ofRule(promote)
  if (metric !== 'auc' && metric !== 'ap') mistake(`${subject}: metric is 'auc' or 'ap', got ${show(metric)}`)
  if (typeof atLeast !== 'number' || !(atLeast >= 0 && atLeast <= 1))
    mistake(`${subject}: atLeast is what ${metric} must not fall below, from 0 to 1, got ${show(atLeast)}`)
  return { metric, bound: atLeast }
}

/** The bound of the promotion rule is also the bound for drift. Losses have none. */
function ofRule(promote: PromoteIR): DriftIR['metric'] {
  if (promote.kind === 'hand' || promote.bound === undefined) return undefined
  const { metric, bound } = promote
  return metric === 'auc' || metric === 'ap' ? { metric, bound } : undefined
}
