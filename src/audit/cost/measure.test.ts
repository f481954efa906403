/** Measurement of a history, with a clock of the test and with that of the processor, and the costs derived from it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockOf } from '../../../test/property/engines/block.ts'
import { Strings } from '../../columns/strings.ts'
import type { LoggedEvent } from '../../define/source/source.ts'
import { count, entity, every, features, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import type { SourceHistory } from '../../intake/history-builder.ts'
import { replayLog } from '../../replay/log.ts'
import type { Plan } from '../domain/element.ts'
import { CostModel } from './cost-model.ts'
import { arrivalTraceOf, measure, processSeconds, batchWindowReach } from './measure.ts'
import { presetPeople } from './people.ts'
import { examplePrices } from './prices.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, amount: t.int(), shop: t.string(), at: t.timestamp() }, key: 'card', time: 'at' })
const fast = features('fast', { from: payments, entity: card, place: stream, values: p => ({ n: count('1h'), s: p.amount.sum('10m') }) })
const slow = features('slow', { from: payments, entity: card, place: stream, values: p => ({ shops: p.shop.countDistinct('lifetime') }) })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ n: fast.of(p.card).n, s: fast.of(p.card).s, shops: slow.of(p.card).shops }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})
const quarterly = model('quarterly', {
  decide: every('15m', card),
  inputs: c => ({ n: fast.of(c.card).n }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})
const shop = pipeline('shop', [fraud, quarterly])
const { ir } = shop
const definitions = { ir, scores: new Map() }
const modelOf = (name: string) => ir.models.find(model => model.name === name)!

const EVENTS = 200
const from = 1_700_000_000_000
const MINUTE = 60_000
const strings = new Strings()

/** A payment a minute, of seven cards. */
const events: LoggedEvent[] = Array.from({ length: EVENTS }, (_, i) => {
  const time = from + i * MINUTE
  return {
    source: 'payments',
    partition: 0,
    offset: i,
    time,
    arrival: time,
    row: { card: `c${i % 7}`, amount: i, shop: `s${i % 3}`, at: time },
  }
})
const [origin] = ir.sources
const log = replayLog(ir, new Map([['payments', { source: origin, block: blockOf(origin, events, strings) } as SourceHistory]]), strings)

/** Returns these times in order. */
const clock =
  (...seconds: number[]) =>
  () =>
    seconds.shift()!

test('groups are measured by applying their events, decisions by the remaining time', () => {
  // The two groups in the order of the model's inputs, then the decisions.
  const measured = measure(definitions, modelOf('fraud'), log, { seconds: clock(10, 14, 20, 22, 30, 46) })
  const [fast, slow] = ['fast', 'slow'].map(name => measured.groups.get(name)!)
  assert.deepEqual([fast.cpuSecondsPerEvent, slow.cpuSecondsPerEvent], [4 / EVENTS, 2 / EVENTS])
  assert.equal(measured.cpuSecondsPerDecision, (16 - 6) / EVENTS)
  assert.equal(measured.decisions, EVENTS)
  assert.equal(measured.decidedBy, 'event')
  assert.equal(measured.span, (EVENTS - 1) * MINUTE)
  assert.deepEqual([fast.source, fast.reach, slow.reach], ['payments', 3_600_000 + 60_000, Infinity])
  // Seven cards: a key and two features of one group, a key and one feature of the other.
  assert.deepEqual([fast.valueBytes, slow.valueBytes], [7 * 3 * 8, 7 * 2 * 8])
  assert.ok(fast.stateBytes > 0 && slow.stateBytes > 0)
})

test('a clock that stands still measures 0, never less', () => {
  const still = measure(definitions, modelOf('fraud'), log, { seconds: clock(1, 1, 1, 1, 1, 1) })
  assert.deepEqual([still.groups.get('fast')!.cpuSecondsPerEvent, still.cpuSecondsPerDecision], [0, 0])
  const odd = measure(definitions, modelOf('fraud'), log, { seconds: clock(0, 5, 5, 9, 9, 10) })
  assert.equal(odd.cpuSecondsPerDecision, 0)
})

test('bytes come from the columns, time and actions from the caller', () => {
  const options = { actions: 3, intakeSeconds: new Map([['payments', 4]]) }
  const measured = measure(definitions, modelOf('fraud'), log, options)
  // Time, arrival and position, two numbers, and two texts of two bytes.
  assert.deepEqual(measured.sources.get('payments'), { events: EVENTS, bytesPerEvent: 24 + 16 + 4, cpuSecondsPerEvent: 4 / EVENTS })
  assert.equal(measured.actions, 3)
})

test('ticks are measured as ticks', () => {
  const measured = measure(definitions, modelOf('quarterly'), log)
  assert.equal(measured.decidedBy, 'tick')
  assert.ok(measured.decisions > EVENTS / 15)
  assert.deepEqual([...measured.groups.keys()], ['fast'])
})

test('the clock of the processor advances', () => {
  const began = processSeconds()
  let sum = 0
  for (let i = 0; i < 2e7; i++) sum += Math.sqrt(i)
  assert.ok(sum > 0 && processSeconds() > began)
})

test('a window reaches as far as its hop, and a lifetime window without end', () => {
  assert.equal(batchWindowReach({ ...ir.groups[0], features: [] }), 0)
  assert.equal(batchWindowReach(ir.groups[1]), Infinity)
})

test('a trace has the arrivals by key, and the decisions', () => {
  const trace = arrivalTraceOf(log, Float64Array.of(from + 1, from + EVENTS * MINUTE))
  const { at, key } = trace.sources.get('payments')!
  assert.deepEqual([trace.from, trace.until, at.length], [from, from + EVENTS * MINUTE, EVENTS])
  assert.equal(new Set(key).size, 7)
  assert.deepEqual([key![0], key![7]], [key![7], key![14]])
  // Seven cards over three partitions, each with some.
  assert.equal(new Set(Array.from(key!, hash => hash % 3)).size, 3)
})

test('plans are priced from the measurements', () => {
  const measured = measure(definitions, modelOf('fraud'), log)
  const trace = arrivalTraceOf(log, log.histories.get('payments')!.block.arrival)
  const now: Plan = new Map(['ingestion', 'group/fast', 'group/slow', 'inference'].map(id => [id, { kind: 'stream' } as const]))
  const { steadyYear, lines } = new CostModel({ measured, trace, prices: examplePrices, people: presetPeople }, now).costOf(new Map())
  assert.ok(steadyYear.low > 0 && steadyYear.high < Infinity)
  assert.deepEqual([...new Set(lines.map(({ of }) => of))], ['slots', 'broker', 'storage', 'requests', 'egress', 'state', 'people'])
})
