/** `orWhen: 'drift'`: a training is due also when what a model is given, what it says, or how good it is has moved away from what it was trained on. */
import { limits } from '../../base/limits.ts'
import { show } from '../../base/show.ts'
import type { Duration } from '../../base/time.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'
import type { DriftIR, PromoteIR } from '../ir/train-ir.ts'
import { spanOf } from '../expression/window.ts'

/** When drift is looked for, in what, and from where on it is one. */
export interface DriftTraining {
  /** How often; looks are at whole multiples from the epoch, UTC. A day unless given. */
  readonly look?: Duration
  /** A look takes the decisions of so long before it; a week unless given. */
  readonly recent?: Duration
  /** How long after a training that drift asked for the next may be, twice as long after each one that was of no help; a week, or the horizon of the label if that is longer. */
  readonly cooldown?: Duration
  /** Of the population stability index; 0.2 unless given. */
  readonly psi?: number
  /** Of the Kolmogorov–Smirnov statistic; 0.2 unless given. */
  readonly ks?: number
  /** By how much the share of NULLs may differ; 0.1 unless given. */
  readonly nulls?: number
  /** Decisions, of both, below which nothing is said, and settled labels below which the metric says nothing; 1000 unless given. */
  readonly rows?: number
  /** Of decisions whose labels are settled, with `atLeast`; those of the rule by which versions are promoted unless given. */
  readonly metric?: 'auc' | 'ap'
  readonly atLeast?: number
}

export type OrWhen = 'drift' | { readonly drift: DriftTraining }

const defaults = { psi: 0.2, ks: 0.2, nulls: 0.1, rows: 1000 } as const
const most: Readonly<Record<keyof typeof defaults, number>> = { psi: 1e6, ks: 1, nulls: 1, rows: Number.MAX_SAFE_INTEGER }
const names = ['look', 'recent', 'cooldown', 'psi', 'ks', 'nulls', 'rows', 'metric', 'atLeast']

/** The IR of `orWhen`, or the mistake in it. */
export function orWhenOf(what: string, given: unknown, promote: PromoteIR): DriftIR {
  if (given !== 'drift' && (given === null || typeof given !== 'object' || !('drift' in given)))
    mistake(`${what} is ${show(given)}; write 'drift', or { drift: { psi: 0.25, recent: '7d' } }`)
  if (given !== 'drift') checkOptions(what, given, ['drift'])
  const options = given === 'drift' ? {} : (given as { readonly drift: unknown }).drift
  checkOptions(`${what}: drift`, options, names)
  const { look = '1d', recent = '7d', cooldown, ...rest } = options as Readonly<Record<string, unknown>>
  const lookMs = spanOf(`${what}: look`, look)
  if (lookMs < limits.DRIFT_LOOK_MS_MIN)
    mistake(
      `${what}: look is at least ${limits.DRIFT_LOOK_MS_MIN} ms (DRIFT_LOOK_MS_MIN), got ${show(look)}; each reads recorded decisions`,
    )
  const metric = metricOf(what, rest, promote)
  return {
    kind: 'drift',
    look: lookMs,
    recent: spanOf(`${what}: recent`, recent),
    ...(cooldown !== undefined && { cooldown: spanOf(`${what}: cooldown`, cooldown) }),
    psi: thresholdOf(what, 'psi', rest),
    ks: thresholdOf(what, 'ks', rest),
    nulls: thresholdOf(what, 'nulls', rest),
    rows: thresholdOf(what, 'rows', rest),
    ...(metric && { metric }),
  }
}

function thresholdOf(what: string, name: keyof typeof defaults, given: Readonly<Record<string, unknown>>): number {
  const { [name]: value = defaults[name] } = given
  const isWhole = name !== 'rows' || Number.isInteger(value)
  if (typeof value === 'number' && value > 0 && value <= most[name] && isWhole) return value
  return mistake(`${what}: ${name} is a ${name === 'rows' ? 'whole ' : ''}number above 0 and at most ${most[name]}, got ${show(value)}`)
}

function metricOf(what: string, { metric, atLeast }: Readonly<Record<string, unknown>>, promote: PromoteIR): DriftIR['metric'] {
  if (metric === undefined && atLeast === undefined) return ofRule(promote)
  if (metric !== 'auc' && metric !== 'ap') mistake(`${what}: metric is 'auc' or 'ap', got ${show(metric)}`)
  if (typeof atLeast !== 'number' || !(atLeast >= 0 && atLeast <= 1))
    mistake(`${what}: atLeast is what ${metric} must not fall below, from 0 to 1, got ${show(atLeast)}`)
  return { metric, bound: atLeast }
}

/** What must hold of a version before it decides must go on to hold. Of losses nobody looks. */
function ofRule(promote: PromoteIR): DriftIR['metric'] {
  if (promote.kind === 'hand' || promote.bound === undefined) return undefined
  const { metric, bound } = promote
  return metric === 'auc' || metric === 'ap' ? { metric, bound } : undefined
}
