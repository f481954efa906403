/** Staleness sweep: replays the history with one element at increasing ages, and reports the change in value at each level. */
import { sparseDifferenceIntervals, type LevelInterval, type IntervalOptions } from '../statistics/intervals.ts'
import { ruleOfThreeBound } from '../statistics/small-counts.ts'
import type { SweepCurveLevel as CurveLevel } from '../statistics/freshness-threshold.ts'
import type { ClusteredSample } from '../statistics/sample.ts'
import { sumWithin, type SparseValues } from '../value/sparse.ts'
import { worstCaveats, type Caveat } from '../domain/caveat.ts'
import { planOf, type Element, type Plan } from '../domain/element.ts'
import type { StalenessLevel } from '../experiment/staleness-levels.ts'
import { valueDifference, hasSameScores, type ValuedPlan, type PlanValuation, type ValuationMode } from './valuation.ts'
import type { SweepEffect, NoInterval, Performance, SweepLevel } from '../domain/element-report.ts'
import { isInconclusive, type Inconclusive } from '../domain/plan-types.ts'
import { orUnobservable } from '../plans/observable.ts'
import { sliceValues } from '../value/index.ts'
import type { WorthIR } from '../../define/ir/index.ts'

/** Inputs of a sweep, shared by all elements. */
export interface SweepOptions {
  readonly valuation: PlanValuation
  readonly sample: ClusteredSample
  readonly intervalOptions: IntervalOptions
  readonly slices: WorthIR['slices']
  /** Called after each level. */
  readonly onLevel?: () => void
}

/** Levels of one element. */
export interface StalenessSweep {
  readonly levels: readonly SweepLevel[]
  /** Reason why no level could be evaluated. */
  readonly why?: string
  readonly caveats: readonly Caveat[]
}

/** The sweep of one element. */
export interface ElementSweep {
  readonly element: Element
  readonly sweep: StalenessSweep
}

/**
 * Maps all elements, first those whose scores exist already, while threads compute the scores of the others. Results keep the order of
 * `sweeps`.
 */
export async function mapCheapFirst<T extends Pick<ElementSweep, 'element'>, R>(
  sweeps: readonly T[],
  make: (sweep: T) => Promise<R>,
): Promise<R[]> {
  const results = new Map<T, R>()
  // A later action uses the same scores.
  const { cheap = [], other = [] } = Object.groupBy(sweeps, ({ element }) => (element.kind === 'action' ? 'cheap' : 'other'))
  for (const sweep of [...cheap, ...other]) results.set(sweep, await make(sweep))
  return sweeps.map(sweep => results.get(sweep)!)
}

/** The difference of one level from the baseline, in one mode. */
interface Difference {
  readonly differing: SparseValues
  readonly performance: Performance
  /** Bound on the total difference where scores differ but no decision does, units; 0 otherwise. */
  readonly unseen: number
}

type LevelDifferences = Readonly<Record<ValuationMode, Difference | Inconclusive>>

/** Sweeps one element over its levels. A level that the history cannot show is left out; if none is left, `why` has the reason. */
export async function sweepElement(element: Element, levels: readonly StalenessLevel[], options: SweepOptions): Promise<StalenessSweep> {
  const { valuation } = options
  const differences: LevelDifferences[] = []
  for (const { setting } of levels) {
    differences.push(await compareLevel(planOf(element, setting), valuation))
    options.onLevel?.()
  }
  const modes = (['withoutRetraining', 'withoutRetrainingAtVolume', 'withRetraining'] as const).map(mode =>
    effectsOf(
      differences.map(level => level[mode]),
      options,
    ),
  )
  const { performance } = await valuation.baseline(valuation.runningArm)
  const observableLevels = levels.flatMap((level, i): SweepLevel[] => {
    const [withoutRetraining, withoutRetrainingAtVolume, withRetraining] = modes.map(({ effects }) => effects[i])
    if (!isInconclusive(withoutRetraining) && !isInconclusive(withoutRetrainingAtVolume))
      return [{ ...level, withoutRetraining, withoutRetrainingAtVolume, withRetraining }]
    if (isInconclusive(withRetraining)) return []
    // Where only retraining varies, for example the age of the model, the values without retraining stay at the baseline.
    const unchanged: SweepEffect = {
      perWeek: isInconclusive(withoutRetraining) ? withoutRetraining : { why: 'the model stays as it is' },
      performance,
    }
    return [{ ...level, withoutRetraining: unchanged, withoutRetrainingAtVolume: unchanged, withRetraining }]
  })
  return {
    levels: observableLevels,
    ...(observableLevels.length === 0 && reasonWithoutLevels(differences)),
    caveats: worstCaveats(modes.flatMap(({ caveats }) => caveats)),
  }
}

/** Reason why no level is observable: that of the first one. */
function reasonWithoutLevels(differences: readonly LevelDifferences[]): Inconclusive {
  if (differences.length === 0) return { why: 'there is no way to make it older' }
  const { withoutRetraining, withRetraining } = differences[0]
  return [withoutRetraining, withRetraining].find(isInconclusive)!
}

/** The differences of a plan from the baseline, in each mode, or the reason why the mode is unavailable or the history cannot show it. */
async function compareLevel(plan: Plan, valuation: PlanValuation): Promise<LevelDifferences> {
  const difference = async (mode: ValuationMode, level: ValuedPlan): Promise<Difference> => {
    const now = await valuation.baseline(mode)
    const differing = valueDifference(level, now)
    const isSeen = differing.at.length > 0 || hasSameScores(level, now, valuation.cases.blocks.test)
    return { differing, performance: level.performance, unseen: isSeen ? 0 : ruleOfThreeBound(await valuation.largestDecisionValue(mode)) }
  }
  const withoutRetraining = await ifAvailable('withoutRetraining', async () => {
    const [atThreshold, atVolume] = await valuation.withoutRetraining(plan)
    return {
      withoutRetraining: await difference('withoutRetraining', atThreshold),
      withoutRetrainingAtVolume: await difference('withoutRetrainingAtVolume', atVolume),
    }
  })
  const withRetraining = await ifAvailable('withRetraining', async () =>
    difference('withRetraining', await valuation.of(plan, 'withRetraining')),
  )
  return isInconclusive(withoutRetraining)
    ? { withoutRetraining: withoutRetraining, withoutRetrainingAtVolume: withoutRetraining, withRetraining }
    : { ...withoutRetraining, withRetraining }

  async function ifAvailable<T extends object>(mode: ValuationMode, compare: () => Promise<T>): Promise<T | Inconclusive> {
    const why = valuation.unavailableReason(mode)
    return why === undefined ? orUnobservable(compare) : { why }
  }
}

/** Intervals of all levels of one element in one mode. They are simultaneous, so they are computed together. */
function effectsOf(
  results: readonly (Difference | Inconclusive)[],
  options: SweepOptions,
): { readonly effects: readonly (SweepEffect | Inconclusive)[]; readonly caveats: readonly Caveat[] } {
  const differences = results.filter((result): result is Difference => !isInconclusive(result))
  const { levels, caveats } = sparseDifferenceIntervals(
    options.sample,
    differences.map(({ differing }) => differing),
    options.intervalOptions,
  )
  const intervals = new Map(differences.map((difference, i) => [difference, levels[i]]))
  return {
    effects: results.map(result => (isInconclusive(result) ? result : effectOf(result, intervals.get(result)!, options))),
    caveats: differences.length > 0 ? caveats : [],
  }
}

/** The interval is widened on both sides by the unseen difference. */
function effectOf(
  { differing, performance, unseen }: Difference,
  interval: LevelInterval | NoInterval,
  { valuation, slices = [] }: SweepOptions,
): SweepEffect {
  const { cases, week } = valuation
  const sliced = sliceValues(cases, cases.blocks.test, rows => sumWithin(differing, rows), { slices })
  const rest = { ...(sliced.length > 0 && { slices: sliced }), performance }
  if ('why' in interval) return { perWeek: interval, ...rest }
  const { value, low, high, leaveOneOut, worstWeek } = interval
  const more = unseen === 0 ? 0 : (unseen / differing.rows) * week
  return { perWeek: { value, low: low - more, high: high + more }, leaveOneOut, ...(worstWeek !== undefined && { worstWeek }), ...rest }
}

/** Levels of one mode, as `freshnessThreshold` reads them. */
export const sweepCurve = (levels: readonly SweepLevel[], mode: ValuationMode): CurveLevel[] =>
  levels.map(({ age, title, [mode]: effect }) => ({ age, title, perWeek: 'why' in effect ? effect : effect.perWeek }))
