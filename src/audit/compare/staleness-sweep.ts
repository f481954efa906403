/** Curves: each element made older, rung by rung, and what that is worth beside what runs. */
import { SpillwayError } from '../../base/errors.ts'
import { bandsOfSparse, type Band, type BandOptions, type Bands } from '../statistics/intervals.ts'
import { noneSeenBound } from '../statistics/small-counts.ts'
import type { LadderRung as CurveLevel } from '../statistics/knee.ts'
import type { Sample } from '../statistics/sample.ts'
import { totalWithin, type Sparse } from '../value/sparse.ts'
import { worstOf, type Caveat } from '../domain/caveat.ts'
import { planOf, type Element, type Plan } from '../domain/element.ts'
import type { LadderRung } from '../experiment/ladder.ts'
import { differenceOf, isSameByScores, type Judged, type Judging, type Way } from './valuation.ts'
import type { Effect, NoInterval, Performance, Rung } from '../domain/audit-report.ts'
import { slicesOf } from '../value/index.ts'
import type { WorthIR } from '../../define/ir/worth-ir.ts'

export interface LadderOptions {
  readonly judging: Judging
  readonly sample: Sample
  readonly bands: BandOptions
  readonly slices: WorthIR['slices']
  /** Called as each rung is done. */
  readonly onRung?: () => void
}

export interface Ladder {
  readonly rungs: readonly Rung[]
  /** Why no rung can be told. */
  readonly why?: string
  readonly caveats: readonly Caveat[]
}

export interface FoundLadder {
  readonly element: Element
  readonly ladder: Ladder
}

/** What is made of each, in their order; made first of those for which nothing has to be computed anew, while threads that are ahead come to be so. */
export async function madeOfEach<T extends Pick<FoundLadder, 'element'>, R>(
  ladders: readonly T[],
  make: (one: T) => Promise<R>,
): Promise<R[]> {
  const made = new Map<T, R>()
  const isFirst = ({ element }: T): number => Number(isOfWhatThereIs(element))
  for (const one of ladders.toSorted((a, b) => isFirst(b) - isFirst(a))) made.set(one, await make(one))
  return ladders.map(one => made.get(one)!)
}

/** An action that comes later is one about the same scores. */
const isOfWhatThereIs = ({ kind }: Element): boolean => kind === 'action'

const ways: readonly Way[] = ['frozen', 'frozenAtBudget', 'refit']

/** What is asked of one rung, in one way. */
interface Difference {
  readonly differing: Sparse
  readonly performance: Performance
  /** The most, either way, where no decision differs though scores do; units, all judged decisions together. */
  readonly unseen: number
}

type Asked = Difference | { readonly why: string }

/** All rungs of an element. One that this history cannot show says why. */
export async function ladderOf(element: Element, rungs: readonly LadderRung[], options: LadderOptions): Promise<Ladder> {
  const { judging } = options
  const asked = new Map<Way, Asked[]>()
  for (const way of ways) asked.set(way, [])
  for (const { setting } of rungs) {
    for (const [way, one] of await rungOf(planOf(element, setting), judging)) asked.get(way)!.push(one)
    options.onRung?.()
  }
  const effects = new Map(ways.map(way => [way, effectsOf(asked.get(way)!, options)]))
  const reasons = asked.get('frozen')!.concat(asked.get('refit')!)
  const why = reasons.every(one => 'why' in one) ? reasons.find(one => 'why' in one) : undefined
  const now = await judging.now(judging.runs)
  const shown = rungs.flatMap((rung, i): Rung[] => {
    const [frozen, frozenAtBudget, refit] = ways.map(way => effects.get(way)!.effects[i])
    if (!('why' in frozen) && !('why' in frozenAtBudget)) return [{ ...rung, frozen, frozenAtBudget, refit }]
    if ('why' in refit) return []
    // The age of a model: one that stays as it is does as it does now.
    const stays: Effect = { aWeek: 'why' in frozen ? frozen : { why: 'the model stays as it is' }, performance: now.performance }
    return [{ ...rung, frozen: stays, frozenAtBudget: stays, refit }]
  })
  return {
    rungs: shown,
    ...(rungs.length === 0
      ? { why: 'there is no way to make it older' }
      : shown.length === 0 && why && 'why' in why
        ? { why: why.why }
        : {}),
    caveats: worstOf(ways.flatMap(way => effects.get(way)!.caveats)),
  }
}

async function rungOf(plan: Plan, judging: Judging): Promise<[Way, Asked][]> {
  const beside = async (way: Way, judged: Judged): Promise<Difference> => {
    const now = await judging.now(way)
    const differing = differenceOf(judged, now)
    const isSame = differing.at.length > 0 || isSameByScores(judged, now, judging.cases.blocks.test)
    return { differing, performance: judged.performance, unseen: isSame ? 0 : noneSeenBound(await judging.atStake(way)) }
  }
  const [frozen, frozenAtBudget] = await orWhy(judging.why('frozen'), async (): Promise<[Asked, Asked]> => {
    const [asIs, atBudget] = await judging.asItIs(plan)
    return [await beside('frozen', asIs), await beside('frozenAtBudget', atBudget)]
  })
  const [refit] = await orWhy(judging.why('refit'), async (): Promise<[Asked]> => [await beside('refit', await judging.of(plan, 'refit'))])
  return [
    ['frozen', frozen],
    ['frozenAtBudget', frozenAtBudget],
    ['refit', refit],
  ]
}

/** What a history cannot show, and what nothing can be learnt from, is said in its place. */
async function orWhy(why: string | undefined, make: () => Promise<readonly Asked[]>): Promise<readonly Asked[]> {
  const reason = (text: string): Asked[] => [{ why: text }, { why: text }]
  if (why !== undefined) return reason(why)
  try {
    return await make()
  } catch (error) {
    if (error instanceof SpillwayError && (error.code === 'SPILL_UNSUPPORTED' || error.code === 'SPILL_TRAINING'))
      return reason(error.message)
    throw error
  }
}

/** The bands of a ladder hold for all of its rungs together, so they are made together. */
function effectsOf(
  asked: readonly Asked[],
  { judging, sample, bands, slices = [] }: LadderOptions,
): { effects: (Effect | { why: string })[]; caveats: readonly Caveat[] } {
  const known = asked.filter((one): one is Difference => !('why' in one))
  const found: Bands = bandsOfSparse(
    sample,
    known.map(one => one.differing),
    bands,
  )
  let next = 0
  const effects = asked.map((one): Effect | { why: string } => {
    if ('why' in one) return one
    const band = found.rungs[next++]
    const { test } = judging.cases.blocks
    const sliced = slicesOf(judging.cases, test, rows => totalWithin(one.differing, rows), { slices })
    const {
      unseen,
      differing: { rows: known },
    } = one
    return {
      aWeek: widened(shortOf(band), (unseen / known) * judging.week),
      ...restOf(band),
      ...(sliced.length > 0 && { slices: sliced }),
      performance: one.performance,
    }
  })
  return { effects, caveats: known.length > 0 ? found.caveats : [] }
}

const shortOf = (band: Band | NoInterval): Effect['aWeek'] => ('why' in band ? band : { value: band.value, low: band.low, high: band.high })

/** The levels of one arm, for knees and marks. */
export const curveOf = (rungs: readonly Rung[], way: Way): CurveLevel[] =>
  rungs.map(({ age, title, [way]: effect }) => ({ age, title, aWeek: 'why' in effect ? effect : effect.aWeek }))

/** An interval of nothing, as wide as what was not seen. */
const widened = (aWeek: Effect['aWeek'], by: number): Effect['aWeek'] =>
  by === 0 || 'why' in aWeek ? aWeek : { value: aWeek.value, low: aWeek.low - by, high: aWeek.high + by }

const restOf = (band: Band | NoInterval): Pick<Effect, 'leaveOneOut' | 'worstWeek'> =>
  'why' in band ? {} : { leaveOneOut: band.leaveOneOut, ...(band.worstWeek !== undefined && { worstWeek: band.worstWeek }) }
