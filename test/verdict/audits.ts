/**
 * `prove verdict` for audits: verdicts on generated histories whose best plan is known by construction.
 *
 * One case is a seed of seven reports. One has eight worthless groups and nothing else; four have eight worthless groups and one that is
 * worth 0.5, 1, 2 and 5 times its cost; in one, two groups are redundant; in one, two are worth something only together. A verdict `stream`
 * of a group that is not worth it is false whatever runs now; for the group that is worth exactly its cost, any verdict is.
 */
import { planIntervals } from '../../src/audit/compare/clusters.ts'
import type { PlanPorts } from '../../src/audit/domain/plan-types.ts'
import { recommendPlan } from '../../src/audit/plans/recommend.ts'
import { random, type Random } from '../../src/base/random.ts'
import { DECISIONS_PER_MONTH, generatedWorld, WEEKS, type GeneratedWorld, type Planted, type PlantedGroup } from './generated.ts'

export interface AuditsResult {
  readonly cases: number
  /** Reports, each with eight worthless groups. */
  readonly reports: number
  /** Reports with a verdict `stream` on any group that is not worth it. */
  readonly falseStreams: number
  readonly falseShare: number
  /** The same for reports with only worthless groups that cost next to nothing, so that chance alone decides. */
  readonly falseOfLuck: number
  readonly luckShare: number
  /** Reports whose proposed plan is worth less than the current one. */
  readonly falseChanges: number
  /** The group that is worth this many times its cost. */
  readonly worth: readonly WorthCount[]
  /** At five times its cost: share of reports with a verdict, and a right one. */
  readonly decidedRight: number
  /** Best plan proposed, with redundant groups, and with groups that are worth something only together. */
  readonly redundant: number
  readonly complementary: number
  readonly seed: number
  /** Seeds of the first reports with a false verdict. */
  readonly failures: readonly { readonly seed: number; readonly claims: string }[]
}

interface WorthCount {
  readonly times: number
  readonly right: number
  readonly wrong: number
  readonly undecided: number
}

const WORTHLESS = 8
const TIMES = [0.5, 1, 2, 5] as const
/** Additional cost of a stream, dollars a month: about twice the standard error of the apparent value of a worthless group. */
const COST = 50
const PRICE = 1
/** Error budget of a family: a fifth of an audit's, since there are thousands of families. */
const DRAWS = 2000
const FAILURES_KEPT = 5
const PROGRESS_EVERY = 50

export type IntervalsOf = (world: GeneratedWorld) => PlanPorts['intervals']

/** By entity, and by blocks of time. */
const banded: IntervalsOf = ({ t, clusters }) =>
  planIntervals({ t, clusters: clusters.filter(({ name }) => name !== 'day') }, { horizon: 0, window: 0 }, { seed: 1, draws: DRAWS })

export async function proveAudits(
  { cases, seed }: { readonly cases: number; readonly seed: number },
  intervalsOf: IntervalsOf = banded,
): Promise<AuditsResult> {
  const judged = (seed: number, planted: Planted): ReturnType<typeof recommendPlan> => judgedBy(intervalsOf, seed, planted)
  const sums = { reports: 0, falseStreams: 0, falseOfLuck: 0, falseChanges: 0, redundant: 0, complementary: 0 }
  const worth = TIMES.map(times => ({ times, right: 0, wrong: 0, undecided: 0 }))
  const failures: { seed: number; claims: string }[] = []
  for (let done = 1; done <= cases; done++) {
    const own = (seed + done - 1) >>> 0
    const chance = random(own)
    for (const [i, times] of [undefined, ...TIMES].entries()) {
      const result = await report(seedOf(chance), times, judged)
      sums.reports++
      if (result.falseStreams.length > 0) sums.falseStreams++
      if (i === 0 && result.falseStreams.length > 0) sums.falseOfLuck++
      if (result.isWorse) sums.falseChanges++
      if (i > 0) count(worth[i - 1], result.real)
      const claims = [...result.falseStreams, ...(result.isWorse ? ['a worse plan'] : [])]
      if (claims.length > 0 && failures.length < FAILURES_KEPT)
        failures.push({ seed: own, claims: `${times ?? 'nothing but worthless'}: ${claims.join()}` })
    }
    if (await isRedundantFound(seedOf(chance), judged)) sums.redundant++
    if (await isComplementaryFound(seedOf(chance), judged)) sums.complementary++
    if (done % PROGRESS_EVERY === 0)
      console.error(`verdict: ${done} of ${cases} cases, ${sums.falseStreams} false streams in ${sums.reports} reports`)
  }
  return {
    cases,
    ...sums,
    falseShare: sums.falseStreams / sums.reports,
    luckShare: sums.falseOfLuck / cases,
    worth,
    decidedRight: worth.find(({ times }) => times === 5)!.right / cases,
    seed,
    failures,
  }
}

/**
 * At most 5 % of reports have a false `stream`; at 5 times its cost at least 90 % have a verdict, and a right one. Small samples get their
 * sampling error.
 */
export function auditsHold({ cases, reports, falseStreams, falseOfLuck, worth, redundant, complementary }: AuditsResult): boolean {
  const atMost = (share: number, of: number): number => share * of + (cases >= MANY_CASES ? 0 : 3 * Math.sqrt(share * (1 - share) * of))
  const five = worth.find(({ times }) => times === 5)!
  return (
    falseStreams <= atMost(0.05, reports) &&
    falseOfLuck <= atMost(0.05, cases) &&
    cases - five.right <= atMost(0.1, cases) &&
    cases - redundant <= atMost(0.1, cases) &&
    cases - complementary <= atMost(0.1, cases)
  )
}

const MANY_CASES = 200

const seedOf = (chance: Random): number => Math.floor(chance() * 2 ** 32)

interface ReportResult {
  readonly falseStreams: readonly string[]
  readonly isWorse: boolean
  readonly real: 'right' | 'wrong' | 'undecided'
}

/**
 * Eight worthless groups, and one that is worth `times` its cost, if given. Beside it worthless groups have any cost; alone next to none.
 */
async function report(seed: number, times: number | undefined, judged: Judging): Promise<ReportResult> {
  const chance = random(seed ^ 0x5eed)
  const groups: PlantedGroup[] = Array.from({ length: WORTHLESS }, (_, i) => ({
    name: `w${i}`,
    streams: chance() < 0.5,
    cost: COST * (0.01 + chance() ** 2),
  }))
  const real = { name: 'real', streams: chance() < 0.5, cost: COST }
  const planted: Planted =
    times === undefined
      ? { groups, values: [] }
      : { groups: [...groups, real], values: [{ utility: COST * times, when: isFresh => isFresh(real.name) }] }
  const { verdicts, proposed } = await judged(seed, planted)
  const choice = (name: string): string => verdicts.get(`group/${name}`)!.choice
  const falseStreams = groups.filter(({ name }) => choice(name) === 'stream').map(({ name }) => name)
  const isWorse = trueNet(planted, name => proposed.get(`group/${name}`)?.kind) < -1e-9
  if (times === undefined) return { falseStreams, isWorse, real: 'undecided' }
  if (times <= 1 && choice(real.name) === 'stream') falseStreams.push(real.name)
  const result = choice(real.name)
  const right = times === 1 ? 'undecided' : times > 1 ? 'stream' : 'batch 1 day'
  return { falseStreams, isWorse, real: result === 'undecided' ? 'undecided' : result === right ? 'right' : 'wrong' }
}

/** Dollars a month, by construction, of a plan over the current one: a change that must not pay. */
function trueNet({ groups, values }: Planted, setting: (name: string) => string | undefined): number {
  const now = (name: string): boolean => groups.find(group => group.name === name)!.streams
  const then = (name: string): boolean => (setting(name) === undefined ? now(name) : setting(name) === 'stream')
  const worth = (isFresh: (name: string) => boolean): number =>
    values.reduce((sum, { utility, when }) => sum + (when(isFresh) ? utility * PRICE : 0), 0) -
    groups.reduce((sum, { name, cost }) => sum + (isFresh(name) ? cost : 0), 0)
  return worth(then) - worth(now)
}

/** Both are streams, and one would suffice: each alone looks as if it could be batch, both together cannot. */
async function isRedundantFound(seed: number, judged: Judging): Promise<boolean> {
  const groups = ['a', 'b'].map(name => ({ name, streams: true, cost: COST * 3 }))
  const { proposed } = await judged(seed, { groups, values: [{ utility: COST * 15, when: isFresh => isFresh('a') || isFresh('b') }] })
  return proposed.size === 1 && [...proposed.values()][0].kind === 'batch'
}

/** Neither is a stream, and one alone would be worth nothing. */
async function isComplementaryFound(seed: number, judged: Judging): Promise<boolean> {
  const groups = ['a', 'b'].map(name => ({ name, streams: false, cost: COST }))
  const { proposed } = await judged(seed, { groups, values: [{ utility: COST * 10, when: isFresh => isFresh('a') && isFresh('b') }] })
  return proposed.size === 2 && [...proposed.values()].every(({ kind }) => kind === 'stream')
}

type Judging = (seed: number, planted: Planted) => ReturnType<typeof recommendPlan>

function judgedBy(intervalsOf: IntervalsOf, seed: number, planted: Planted): ReturnType<typeof recommendPlan> {
  const world = generatedWorld(seed, planted)
  const { elements, select, report, valueOf, costOf } = world
  return recommendPlan(
    { elements, select, report, decisionsPerMonth: DECISIONS_PER_MONTH, price: PRICE, unit: '$', smallLoss: 0, weeks: WEEKS },
    { valueOf, costOf, intervals: intervalsOf(world) },
  )
}

function count(worth: { right: number; wrong: number; undecided: number }, result: ReportResult['real']): void {
  worth[result]++
}
