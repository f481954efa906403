/** Payments in two layers and in one, over a model store, with batch runs in the same thread. */
import assert from 'node:assert/strict'
import { DrivenRun, type Driving } from './driven-run.ts'
import { random } from '../../src/base/random.ts'
import { count, entity, every, features, hybrid, linear, model, on, pipeline, source, stream, t, type Placement } from '../../src/index.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import type { ServedFeatures } from '../../src/run/groups/feature-reader.ts'
import type { RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import type { Run } from '../../src/run/loop/run.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.double(), label: t.string(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
/** A group with this placement; `n` counts over this window. */
export const groupOf = <N extends string>(name: N, place: Placement, n: '10m' | '11m' = '10m') =>
  features(name, {
    from: payments,
    entity: card,
    place,
    values: p => ({
      n: count(n),
      ever: count('lifetime'),
      sum: p.amount.sum('20m'),
      most: p.amount.max('15m'),
      first: p.label.first('15m'),
      labels: p.label.lastK(3, '15m'),
      kinds: p.label.countDistinct('20m'),
      middle: p.amount.quantile('20m', 0.5),
      top: p.label.topK(2, '20m'),
    }),
  })
export const layered = groupOf('layered', hybrid(every('5m')))
export const alone = groupOf('alone', stream)
const watch = model('watch', {
  decide: on(payments),
  inputs: p => ({
    n: layered.of(p.card).n,
    likeN: alone.of(p.card).n,
    most: layered.of(p.card).most,
    likeMost: alone.of(p.card).most,
    kinds: layered.of(p.card).kinds,
    likeKinds: alone.of(p.card).kinds,
    ever: layered.of(p.card).ever,
    likeEver: alone.of(p.card).ever,
  }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})
export const pay = pipeline('pay', [watch])
export const start = Date.parse('2026-01-01T00:00Z')
export const MINUTE = 60_000

interface Options extends Pick<Driving, 'disk' | 'computing'> {
  readonly at?: number
  readonly of?: typeof pay
}

/** Times are relative to the start. */
export const open = ({ at = 0, of: defined = pay, ...driving }: Options = {}): DrivenRun =>
  new DrivenRun(defined, { start, now: at, turns: 20, ...driving })

const pick = random(11)
export const payment = (id: number, ms: number): Record<string, unknown> => ({
  id: `i${id}`,
  card: `c${Math.floor(pick() * 4)}`,
  amount: Math.floor(pick() * 100) / 4 - 5,
  label: `l${Math.floor(pick() * 6)}`,
  at: start + ms - Math.floor(pick() * 12 * MINUTE),
})
export const feature = (run: Run, group: string, key: string): ServedFeatures => run.features([{ group, key: [key] }])[0]
export const bodyOf = ({ run }: DrivenRun): number | undefined => run.decider.hybridGroups[0].batchRun

/** Every key has the values of one layer. */
export function assertAlike({ run }: Pick<DrivenRun, 'run'>): void {
  for (let c = 0; c < 5; c++) {
    const [two, one] = [feature(run, 'layered', `c${c}`), feature(run, 'alone', `c${c}`)]
    // Sums of doubles may be added in another order.
    const { sum, ...exact } = two.features
    const { sum: like, ...others } = one.features
    assert.deepEqual(exact, others, `of c${c}`)
    assert.ok(
      Math.abs(Number('value' in sum ? sum.value : NaN) - Number('value' in like ? like.value : NaN)) < 1e-9 ||
        !('value' in sum && sum.value !== null),
    )
    assert.deepEqual([two.asOf, two.visibleEvents, two.ageMs], [one.asOf, one.visibleEvents, one.ageMs])
  }
}

export const alike = ({ vector }: RecordedDecision): void => {
  const cells = vector as Record<string, number>
  for (const [name, like] of [
    ['n', 'likeN'],
    ['most', 'likeMost'],
    ['kinds', 'likeKinds'],
    ['ever', 'likeEver'],
  ])
    assert.equal(cells[name], cells[like], name)
}

/** A run after two swaps, with events after the last one. */
export async function lived(): Promise<DrivenRun> {
  const driven = open()
  const { run, to } = driven
  for (let id = 0; id < 30; id++) await run.submit('payments', recordBatchOf([payment(id, 0)]))
  await to(5 * MINUTE + 1)
  for (let id = 30; id < 60; id++) await run.submit('payments', recordBatchOf([payment(id, 5 * MINUTE)]))
  await to(10 * MINUTE + 1)
  for (let id = 60; id < 80; id++) await run.submit('payments', recordBatchOf([payment(id, 10 * MINUTE)]))
  await run.whenIdle()
  return driven
}
