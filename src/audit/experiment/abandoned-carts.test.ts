/** An audit of decisions about carts: outcomes by absence, counted once for each cart, equal a count over the raw events. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { random } from '../../base/random.ts'
import { caught, count, doesNotHappen, entity, features, logistic, model, on, pipeline, source, stream, t, worth } from '../../index.ts'
import { load } from '../../replay/load.ts'
import { asItRuns } from '../domain/element.ts'
import { performanceFigures, utilityOf, type AlertEvaluation } from '../value/index.ts'
import { Experiment } from './experiment.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const customer = entity('customer', t.string())
const visits = source('visits', {
  schema: { customer, cart: t.string().nullable(), items: t.int(), at: t.timestamp() },
  key: 'customer',
  time: 'at',
})
const orders = source('orders', { schema: { customer, at: t.timestamp() }, key: 'customer', time: 'at', allowedLateness: '10m' })
const recent = features('recent', { from: visits, entity: customer, place: stream, values: () => ({ n: count('1h') }) })

const modelWith = (per: 'cart' | undefined) =>
  model('abandoned', {
    decide: on(visits),
    inputs: v => ({ items: v.items, n: recent.of(v.customer).n }),
    score: logistic({ intercept: 0, weights: { items: -1, n: 0 } }),
    label: doesNotHappen(orders, { by: 'customer', within: '1h', ...(per && { per }) }),
  })

interface Visit {
  readonly customer: string
  readonly cart: string | null
  readonly items: number
  readonly at: number
}

/** Customers fill a cart in one to five visits; three of four order within the hour, some of them later than that. */
function history(): { visits: Visit[]; orders: { customer: string; at: number }[] } {
  const next = random(5)
  const rows = { visits: [] as Visit[], orders: [] as { customer: string; at: number }[] }
  for (let day = 0; day < 40; day++)
    for (let who = 0; who < 15; who++) {
      const start = (day * 24 + Math.floor(next() * 12)) * HOUR
      const cart = next() < 0.1 ? null : `cart ${day} ${who}`
      const visited = 1 + Math.floor(next() * 5)
      for (let i = 0; i < visited; i++)
        rows.visits.push({ customer: `c${who}`, cart, items: Math.floor(next() * 4), at: start + i * 10 * MINUTE })
      if (next() < 0.75) rows.orders.push({ customer: `c${who}`, at: start + visited * 10 * MINUTE + Math.floor(next() * 80) * MINUTE })
    }
  const byTime = (a: { at: number }, b: { at: number }) => a.at - b.at
  return { visits: rows.visits.sort(byTime), orders: rows.orders.sort(byTime) }
}

const raw = history()
const folder = scratchFolder('abandoned-carts')
const files = (['visits', 'orders'] as const).map(name => {
  const path = join(folder, `${name}.ndjson`)
  writeFileSync(path, raw[name].map(row => `${JSON.stringify(row)}\n`).join(''))
  return { source: name, path }
})

async function evaluated(per: 'cart' | undefined): Promise<AlertEvaluation> {
  const abandoned = modelWith(per)
  const shop = pipeline('shop', [abandoned, worth(abandoned, caught({ budget: '20%', unit: 'abandoned carts' }))])
  const log = await load(shop, files, { onRejected: ({ detail }) => assert.fail(detail) })
  const experiment = new Experiment(shop, abandoned.ir, log)
  const { cases } = experiment
  const decided = await experiment.decisionsUnder(asItRuns, 'withoutRetraining')
  // Acts on visits without an item, and an hour late on each third of them.
  const late = decided.actedAt.map((at, row) => (row % 3 === 0 ? at + 2 * HOUR : at))
  return {
    cases,
    decided: { ...decided, actedAt: late },
    alert: Uint8Array.from(decided.score, score => Number(score >= 0.5)),
    rows: cases.blocks.test,
  }
}

/** True if the customer orders within the hour after a visit, by the raw events. */
const isOrdered = ({ customer: who, at }: Visit): boolean =>
  raw.orders.some(order => order.customer === who && order.at > at && order.at <= at + HOUR)

for (const per of ['cart', undefined] as const)
  test(`abandoned carts that are caught count once ${per ? 'for each cart' : 'for each decision'}`, async () => {
    const evaluation = await evaluated(per)
    const { cases, decided, alert, rows } = evaluation
    const judged = Array.from({ length: rows.to - rows.from }, (_, i) => rows.from + i)
    assert.ok(judged.length > 300)
    for (const row of judged) assert.equal(cases.label[row], isOrdered(raw.visits[row]) ? 0 : 1, `decision ${row}`)
    assert.ok(judged.every(row => cases.isLabelled[row] === 1))
    assert.deepEqual(
      cases.clusters.map(({ name }) => name),
      per ? ['customer', 'cart'] : ['customer'],
    )
    const outcomeOf = (row: number) => (per && raw.visits[row].cart !== null ? raw.visits[row].cart : String(row))
    const positive = judged.filter(row => cases.label[row] === 1)
    const inTime = positive.filter(row => alert[row] === 1 && decided.actedAt[row] <= raw.visits[row].at + HOUR)
    const [all, reached] = [positive, inTime].map(of => new Set(of.map(outcomeOf)).size)
    assert.ok(reached > 20 && reached < all && (per ? inTime.length > reached : inTime.length === reached))
    const utility = utilityOf({ utility: { kind: 'caught', unit: 'abandoned carts' } }, modelWith(per).ir)
    const worthOfRows = utility.sparse(evaluation)
    assert.equal(worthOfRows.sum, reached)
    const figures = performanceFigures(evaluation, { worth: worthOfRows, outcomes: utility.outcomes(cases), decisionsPerWeek: 700 })
    assert.equal(figures.recall, reached / all)
  })
