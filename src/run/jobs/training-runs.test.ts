/** Training sets from the log of a run whose batch runs are late. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { computeHere } from '../../../test/batch/compute-here.ts'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { pause } from '../../base/clock.ts'
import { random } from '../../base/random.ts'
import type { ComputeRun } from '../../batch/job.ts'
import { Strings } from '../../columns/strings.ts'
import { batch, count, entity, every, features, linear, model, on, pipeline, scheduled, source, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { modelQuestion } from '../../replay/question.ts'
import { setOfRows } from '../../replay/training-set.ts'
import { recordedDecisions } from '../decide/recorded-decision.ts'
import { Run } from '../loop/run.ts'
import { storedHistory } from '../history/stored-history.ts'

const card = entity('card', t.string())
const shop = entity('shop', t.int())
const payments = source('payments', {
  schema: { id: t.string(), card, shop, amount: t.double(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const place = every('1m')
const of = { from: payments, entity: card } as const
const usual = features('usual', {
  ...of,
  place: batch(place, { lasts: '0ms' }),
  values: p => ({ n: count('10m'), mean: p.amount.mean('20m') }),
})
/** The same, with a job that takes no time. */
const ideal = features('ideal', { ...of, place: scheduled(place, { lasts: '0ms' }), values: () => ({ n: count('10m') }) })
const shops = features('shops', {
  from: payments,
  entity: shop,
  place: batch(every('5m'), { lasts: '2m' }),
  values: () => ({ n: count('lifetime') }),
})
const watch = model('watch', {
  decide: on(payments),
  inputs: p => ({ usual: usual.of(p.card).n, mean: usual.of(p.card).mean, ideal: ideal.of(p.card).n, shop: shops.of(p.shop).n }),
  score: linear({ intercept: 0, weights: { usual: 1 } }),
})
const { ir, ...pay } = pipeline('pay', [watch])
const start = Date.parse('2026-01-01T00:00Z')
const MINUTE = 60_000

const pick = random(7)
const payment = (id: number, ms: number) => ({
  id: `i${id}`,
  card: `c${Math.floor(pick() * 5)}`,
  shop: Math.floor(pick() * 3),
  amount: pick() * 10 - 5,
  at: start + ms - Math.floor(pick() * 2 * MINUTE),
})

/**
 * A run over 12 minutes, whose batch runs fail in three of four minutes from the fourth on. Returns its store and the sent events by id.
 */
async function driven() {
  const store = new ModelStore(undefined, true)
  let [now, isDown] = [start, false]
  const computing: ComputeRun = async (...parameters) => {
    if (isDown) throw new Error('down')
    return computeHere(store)(...parameters)
  }
  const run = new Run({ ...pay, ir }, { store, clock: () => now, onReport: () => {}, compute: computing })
  const sent = new Map<string, ReturnType<typeof payment>>()
  for (let m = 0, id = 0; m < 12; m++) {
    isDown = m > 3 && m % 4 !== 0
    now = start + m * MINUTE + 1
    // One run is in progress at a time, and each is swapped in by a turn of its own.
    for (let i = 0; i < 6; i++) {
      run.tick()
      await pause(0)
      await run.whenIdle()
    }
    for (let i = 0; i < 3; i++) {
      const record = payment(id++, m * MINUTE + 1)
      sent.set(record.id, record)
      await run.submit('payments', recordBatchOf([record]))
    }
  }
  await run.stop()
  return { store, sent }
}

test('rows at decision times have the values of the batch runs in use, late ones too', async () => {
  const { store, sent } = await driven()
  const decisions = store.decisions.flatMap(({ bytes }) => [...recordedDecisions(bytes)]).filter(each => each.t > start + MINUTE)
  const strings = new Strings()
  const question = modelQuestion(ir, 'watch')
  const rows = {
    length: decisions.length,
    t: Float64Array.from(decisions, each => each.t),
    row: Float64Array.from(decisions, (_, i) => i),
    columns: {
      card: { values: Int32Array.from(decisions, ({ key }) => strings.idOf(key as string)) },
      shop: { values: Float64Array.from(decisions, ({ id }) => sent.get(id as string)!.shop) },
    },
  }
  const { columns, batches } = setOfRows(question, rows, storedHistory(ir, question.ir, store, strings))
  const [{ columns: cells }] = [...batches]
  const cell = (name: string, row: number) => {
    const { values, nulls } = cells[columns.findIndex(column => column.name === name)]
    return nulls?.[row] === 1 ? null : values[row]
  }
  let late = 0
  decisions.forEach(({ t: at, vector, read }, row) => {
    for (const name of ['usual', 'mean', 'ideal', 'shop']) assert.equal(cell(`vector.${name}`, row), vector[name], `row ${row}, ${name}`)
    const [used, due] = ['usual(card)', 'ideal(card)'].map(name => read[name].asOf)
    assert.equal(cell('read.usual(card).age', row), at - used!)
    if (used !== due) late++
  })
  assert.ok(decisions.length > 20 && late > 5, `${decisions.length} decisions, ${late} by a late run`)
})
