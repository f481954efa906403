/**
 * One history as four patterns of one pipeline, which differ only in placements: Kappa (all `stream`), all-batch, Lambda (a short group
 * `stream`, a long one `batch`) and spillway (the long one `hybrid`). Each is a live run with its batch runs; its decisions are compared
 * with Kappa's, event by event.
 */
import { pause } from '../../src/base/clock.ts'
import { random } from '../../src/base/random.ts'
import {
  batch,
  count,
  entity,
  every,
  features,
  hybrid,
  model,
  on,
  pipeline,
  rules,
  source,
  stream,
  t,
  type Placement,
} from '../../src/index.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { recordedDecisions, type RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import { Run } from '../../src/run/loop/run.ts'
import { computeHere } from '../batch/compute-here.ts'
import { ModelStore } from '../crash/model-store.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = Date.UTC(2026, 0, 1)
const DAYS = 4
const CARDS = 12
const EVENTS = 300
const SCHEDULE = every('6h')

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.int(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})

export const patterns = ['Kappa', 'all-batch', 'Lambda', 'spillway'] as const
export type Pattern = (typeof patterns)[number]

const onTime = batch(SCHEDULE, { lasts: '0ms' })
const places: Readonly<Record<Pattern, { readonly short: Placement; readonly long: Placement }>> = {
  Kappa: { short: stream, long: stream },
  'all-batch': { short: onTime, long: onTime },
  Lambda: { short: stream, long: onTime },
  spillway: { short: stream, long: hybrid(SCHEDULE) },
}

function pipelineOf(pattern: Pattern) {
  const { short, long } = places[pattern]
  const recent = features('recent', {
    from: payments,
    entity: card,
    place: short,
    values: p => ({ n: count('1h'), sum: p.amount.sum('6h') }),
  })
  const usual = features('usual', {
    from: payments,
    entity: card,
    place: long,
    values: p => ({ mean: p.amount.mean('3d'), most: p.amount.max('2d') }),
  })
  const alarm = model('alarm', {
    decide: on(payments),
    inputs: p => ({
      n: recent.of(p.card).n,
      sum: recent.of(p.card).sum,
      most: usual.of(p.card).most,
      ratio: p.amount.dividedBy(usual.of(p.card).mean),
      mean: usual.of(p.card).mean,
    }),
    score: v => rules([{ when: v.ratio.gt(1.5), score: 1 }], 0),
  })
  return pipeline('patterns', [alarm])
}

/** Payments whose amounts rise over the days, so that the usual amount changes; some come hours late. */
function* history(seed: number): Generator<{ readonly at: number; readonly record: Readonly<Record<string, unknown>> }> {
  const next = random(seed)
  for (let i = 0; i < EVENTS; i++) {
    const at = START + Math.floor(((i + 1) / EVENTS) * DAYS * DAY)
    const late = next() < 0.2 ? Math.floor(next() * 10 * HOUR) : 0
    const amount = Math.floor((1 + i / 50) * (50 + next() * 100))
    yield { at, record: { id: `p${i}`, card: `c${Math.floor(next() * CARDS)}`, amount, at: at - late } }
  }
}

async function decisionsOf(pattern: Pattern, seed: number): Promise<RecordedDecision[]> {
  const store = new ModelStore(undefined, true)
  let now = START
  const run = new Run(pipelineOf(pattern), { store, clock: () => now, compute: computeHere(store) })
  for (const { at, record } of history(seed)) {
    now = at
    // Due jobs run before the next payment comes, which is hours later in reality.
    for (let turn = 0; turn < 3; turn++) {
      run.tick()
      await pause(0)
      await run.whenIdle()
    }
    await run.submit('payments', recordBatchOf([record]))
  }
  await run.stop()
  return store.decisions.flatMap(({ bytes }) => [...recordedDecisions(bytes)])
}

export interface PatternSums {
  readonly pattern: Pattern
  readonly decisions: number
  /** Number that differ from Kappa's: scores, and values of the short and of the long group. */
  readonly otherScores: number
  readonly otherShort: number
  readonly otherLong: number
  /** Mean age of the long group's as-of time at decisions that have one, hours. */
  readonly ageHours: number
}

/** With the decisions of each. */
export async function comparePatterns(seed: number): Promise<(PatternSums & { readonly recorded: readonly RecordedDecision[] })[]> {
  const all = new Map<Pattern, readonly RecordedDecision[]>()
  for (const pattern of patterns) all.set(pattern, await decisionsOf(pattern, seed))
  const kappa = all.get('Kappa')!
  return patterns.map(pattern => {
    const own = all.get(pattern)!
    const others = (value: (decision: RecordedDecision) => unknown): number =>
      own.filter((decision, i) => JSON.stringify(value(decision)) !== JSON.stringify(value(kappa[i]))).length
    const cells =
      (...names: string[]) =>
      (decision: RecordedDecision) =>
        names.map(name => (decision.vector as Record<string, unknown>)[name])
    const ages = own.flatMap(({ t: at, read }) => (read['usual(card)'].asOf === null ? [] : [at - read['usual(card)'].asOf]))
    return {
      pattern,
      decisions: own.length,
      otherScores: others(({ score }) => score),
      otherShort: others(cells('n', 'sum')),
      otherLong: others(cells('most', 'mean', 'ratio')),
      ageHours: ages.reduce((sum, age) => sum + age, 0) / ages.length / HOUR,
      recorded: own,
    }
  })
}
