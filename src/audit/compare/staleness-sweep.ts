/** Staleness sweep: replays the history with one element at increasing ages, and reports the change in value at each level. */
import { SpillwayError } from '../../base/index.ts'
import { sparseDifferenceIntervals, type LevelInterval, type IntervalOptions, type DifferenceIntervals } from '../statistics/intervals.ts'
import { ruleOfThreeBound } from '../statistics/small-counts.ts'
import type { SweepCurveLevel as CurveLevel } from '../statistics/freshness-threshold.ts'
import type { ClusteredSample } from '../statistics/sample.ts'
import { sumWithin, type SparseValues } from '../value/sparse.ts'
import { worstCaveats, type Caveat } from '../domain/caveat.ts'
import { planOf, type Element, type Plan } from '../domain/element.ts'
import type { StalenessLevel } from '../experiment/staleness-levels.ts'
import { valueDifference, hasSameScores, type ValuedPlan, type PlanValuation, type ValuationMode } from './valuation.ts'
import type { SweepEffect, NoInterval, Performance, SweepLevel } from '../domain/element-report.ts'
import { sliceValues } from '../value/index.ts'
import type { WorthIR } from '../../define/ir/index.ts'

/** Inputs of a sweep, shared by all elements. */
export interface SweepOptions {
  readonly judging: PlanValuation
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
  const priority = ({ element }: T): number => Number(usesExistingScores(element))
  for (const sweep of sweeps.toSorted((a, b) => priority(b) - priority(a))) results.set(sweep, await make(sweep))
  return sweeps.map(sweep => results.get(sweep)!)
}

/** A later action uses the same scores. */
const usesExistingScores = ({ kind }: Element): boolean => kind === 'action'

const modes: readonly ValuationMode[] = ['frozen', 'frozenAtBudget', 'refit']

/** The difference of one level from the baseline, in one mode. */
interface Difference {
  readonly differing: SparseValues
  readonly performance: Performance
  /** Bound on the total difference where scores differ but no decision does, units; 0 otherwise. */
  readonly unseen: number
}

type LevelResult = Difference | { readonly why: string }

/** Sweeps one element over its levels. A level that the history cannot show is left out; if none is left, `why` has the reason. */
export async function sweepElement(element: Element, levels: readonly StalenessLevel[], options: SweepOptions): Promise<StalenessSweep> {
  const { judging } = options
  const results = new Map<ValuationMode, LevelResult[]>()
  for (const mode of modes) results.set(mode, [])
  for (const { setting } of levels) {
    for (const [mode, result] of await evaluateLevel(planOf(element, setting), judging)) results.get(mode)!.push(result)
    options.onLevel?.()
  }
  const effects = new Map(modes.map(mode => [mode, effectsOf(results.get(mode)!, options)]))
  const reasons = results.get('frozen')!.concat(results.get('refit')!)
  const why = reasons.every(result => 'why' in result) ? reasons.find(result => 'why' in result) : undefined
  const now = await judging.baseline(judging.runningArm)
  const observableLevels = levels.flatMap((level, i): SweepLevel[] => {
    const [frozen, frozenAtBudget, refit] = modes.map(mode => effects.get(mode)!.effects[i])
    if (!('why' in frozen) && !('why' in frozenAtBudget)) return [{ ...level, frozen, frozenAtBudget, refit }]
    if ('why' in refit) return []
    // Where only retraining varies, for example the age of the model, the values without retraining stay at the baseline.
    const unchanged: SweepEffect = { perWeek: 'why' in frozen ? frozen : { why: 'the model stays as it is' }, performance: now.performance }
    return [{ ...level, frozen: unchanged, frozenAtBudget: unchanged, refit }]
  })
  return {
    levels: observableLevels,
    ...(levels.length === 0
      ? { why: 'there is no way to make it older' }
      : observableLevels.length === 0 && why && 'why' in why
        ? { why: why.why }
        : {}),
    caveats: worstCaveats(modes.flatMap(mode => effects.get(mode)!.caveats)),
  }
}

async function evaluateLevel(plan: Plan, judging: PlanValuation): Promise<[ValuationMode, LevelResult][]> {
  const compareWithBaseline = async (mode: ValuationMode, judged: ValuedPlan): Promise<Difference> => {
    const now = await judging.baseline(mode)
    const differing = valueDifference(judged, now)
    const isSame = differing.at.length > 0 || hasSameScores(judged, now, judging.cases.blocks.test)
    return { differing, performance: judged.performance, unseen: isSame ? 0 : ruleOfThreeBound(await judging.largestDecisionValue(mode)) }
  }
  const [frozen, frozenAtBudget] = await orReason(judging.unavailableReason('frozen'), async (): Promise<[LevelResult, LevelResult]> => {
    const [asIs, atBudget] = await judging.withoutRetraining(plan)
    return [await compareWithBaseline('frozen', asIs), await compareWithBaseline('frozenAtBudget', atBudget)]
  })
  const [refit] = await orReason(judging.unavailableReason('refit'), async (): Promise<[LevelResult]> => [
    await compareWithBaseline('refit', await judging.of(plan, 'refit')),
  ])
  return [
    ['frozen', frozen],
    ['frozenAtBudget', frozenAtBudget],
    ['refit', refit],
  ]
}

/** The result of `make`, or its reason if the mode is unavailable, the history cannot show the level, or nothing can be learnt from it. */
async function orReason(why: string | undefined, make: () => Promise<readonly LevelResult[]>): Promise<readonly LevelResult[]> {
  const reason = (text: string): LevelResult[] => [{ why: text }, { why: text }]
  if (why !== undefined) return reason(why)
  try {
    return await make()
  } catch (error) {
    if (error instanceof SpillwayError && (error.code === 'SPILL_UNSUPPORTED' || error.code === 'SPILL_TRAINING'))
      return reason(error.message)
    throw error
  }
}

/** Intervals of all levels of one element. They are simultaneous, so they are computed together. */
function effectsOf(
  results: readonly LevelResult[],
  { judging, sample, intervalOptions, slices = [] }: SweepOptions,
): { effects: (SweepEffect | { why: string })[]; caveats: readonly Caveat[] } {
  const differences = results.filter((result): result is Difference => !('why' in result))
  const intervals: DifferenceIntervals = sparseDifferenceIntervals(
    sample,
    differences.map(result => result.differing),
    intervalOptions,
  )
  let next = 0
  const effects = results.map((result): SweepEffect | { why: string } => {
    if ('why' in result) return result
    const interval = intervals.levels[next++]
    const { test } = judging.cases.blocks
    const sliced = sliceValues(judging.cases, test, rows => sumWithin(result.differing, rows), { slices })
    const {
      unseen,
      differing: { rows: rowCount },
    } = result
    return {
      perWeek: widened(estimateOf(interval), (unseen / rowCount) * judging.week),
      ...detailsOf(interval),
      ...(sliced.length > 0 && { slices: sliced }),
      performance: result.performance,
    }
  })
  return { effects, caveats: differences.length > 0 ? intervals.caveats : [] }
}

const estimateOf = (interval: LevelInterval | NoInterval): SweepEffect['perWeek'] =>
  'why' in interval ? interval : { value: interval.value, low: interval.low, high: interval.high }

/** Levels of one mode, as `freshnessThreshold` reads them. */
export const sweepCurve = (levels: readonly SweepLevel[], mode: ValuationMode): CurveLevel[] =>
  levels.map(({ age, title, [mode]: effect }) => ({ age, title, perWeek: 'why' in effect ? effect : effect.perWeek }))

/** Widens an interval on both sides by an unobserved difference. */
const widened = (perWeek: SweepEffect['perWeek'], by: number): SweepEffect['perWeek'] =>
  by === 0 || 'why' in perWeek ? perWeek : { value: perWeek.value, low: perWeek.low - by, high: perWeek.high + by }

const detailsOf = (interval: LevelInterval | NoInterval): Pick<SweepEffect, 'leaveOneOut' | 'worstWeek'> =>
  'why' in interval ? {} : { leaveOneOut: interval.leaveOneOut, ...(interval.worstWeek !== undefined && { worstWeek: interval.worstWeek }) }
