import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, entity, features, pipeline, source, stream, t } from 'spillway'
import { testing } from 'spillway/testing'
import { hasSamples, SampleEvents } from './sample-events.ts'

const card = entity('card', t.string())
const shop = entity('shop', t.int({ min: 1 }))

const payments = source('payments', {
  schema: {
    id: t.string(),
    card,
    shop,
    amount: t.decimal(2, { min: 1, max: 20 }),
    tip: t.decimal(2).nullable(),
    weight: t.double({ min: -5, max: -4 }),
    lines: t.int({ max: -1 }),
    kind: t.enum(['chip', 'stripe']),
    place: t.string(),
    abroad: t.bool(),
    took: t.duration(),
    opened: t.timestamp(),
    at: t.timestamp(),
    known: t.timestamp(),
    gone: t.bool(),
  },
  key: 'card',
  time: 'at',
  id: 'id',
  identity: ['at', 'id'],
  revisable: '1h',
  deleted: 'gone',
  arrives: 'known',
})
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const { ir } = pipeline('shop', [now])
const start = Date.UTC(2026, 0, 5, 12)
const generate = (events: SampleEvents, count = 200) => Array.from({ length: count }, (_, i) => events.next(start + i * 1000))

test('a source accepts all sample events, which belong to a few keys', async () => {
  const all = generate(new SampleEvents(ir.sources[0]))
  const run = await testing(pipeline('shop', [now]), { at: start })
  await run.send(payments, all as never[])
  const keys = Map.groupBy(all, event => event['card'])
  assert.deepEqual([...keys.keys()].map(String).toSorted(), ['card-1', 'card-2', 'card-3', 'card-4', 'card-5'])
  assert.equal(run.features(now, 'card-1').n, keys.get('card-1')!.length)
  assert.equal(new Set(all.map(event => event['id'])).size, all.length)
})

test('sample events stay within their bounds, cover the values, and are reproducible', () => {
  const all = generate(new SampleEvents(ir.sources[0]))
  assert.deepEqual(all, generate(new SampleEvents(ir.sources[0])))
  const numbers = (name: string) =>
    all
      .map(event => event[name])
      .filter(value => value !== null)
      .map(Number)
  const span = (name: string) => [Math.min(...numbers(name)), Math.max(...numbers(name))] as const
  for (const [name, low, high] of [
    ['amount', 1, 20],
    ['tip', 0, 100],
    ['weight', -5, -4],
    ['lines', -101, -1],
    ['shop', 1, 5],
  ] as const) {
    const [least, most] = span(name)
    assert.ok(least >= low && most <= high && most - least > (high - low) / 3, `${name} is ${least} to ${most}`)
  }
  assert.ok(all.some(event => event['tip'] === null))
  for (const name of ['kind', 'place', 'abroad']) assert.ok(new Set(all.map(event => event[name])).size > 1, name)
})

test('the numbers of a key change in small steps', () => {
  const last = new Map<unknown, number>()
  for (const { card, amount } of generate(new SampleEvents(ir.sources[0]))) {
    if (last.has(card)) assert.ok(Math.abs(Number(amount) - last.get(card)!) <= 1.91, `${last.get(card)} to ${String(amount)}`)
    last.set(card, Number(amount))
  }
})

test('a source with a map has no sample events', () => {
  assert.equal(hasSamples(ir.sources[0]), true)
  assert.equal(hasSamples({ ...ir.sources[0], mapVersion: '1' }), false)
})
