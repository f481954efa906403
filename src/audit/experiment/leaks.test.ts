/** Leaks that would make an audit better than any pipeline: each is planted here and must not occur. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begins, count, entity, every, features, labelFrom, linear, logistic, model, on, pipeline, source, stream, t } from '../../index.ts'
import { random } from '../../base/random.ts'
import { Strings } from '../../columns/strings.ts'
import type { LoggedEvent } from '../../define/source/source.ts'
import type { ModelIR, PipelineIR, Value } from '../../define/ir/ir.ts'
import type { SourceHistory } from '../../intake/history-builder.ts'
import { replayLog, type ReplayLog } from '../../replay/log.ts'
import { auc } from '../../training/metrics.ts'
import { blockOf } from '../../../test/property/engines/block.ts'
import { asItRuns, type Plan, type ElementSetting } from '../domain/element.ts'
import { Experiment } from './experiment.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

interface Happening {
  readonly source: string
  readonly time: number
  readonly arrival?: number
  readonly row: Record<string, Value>
}

/** Events by arrival; ties in the given order. */
function logged(ir: PipelineIR, happened: readonly Happening[]): ReplayLog {
  const arrivalOf = ({ time, arrival = time }: Happening) => arrival
  const strings = new Strings()
  const ordered = happened.toSorted((a, b) => arrivalOf(a) - arrivalOf(b))
  const offsets = new Map(ir.sources.map(({ name }) => [name, 0]))
  const events = ordered.map((happening): LoggedEvent => {
    const { source, time, row } = happening
    const offset = offsets.get(source)!
    offsets.set(source, offset + 1)
    return { source, partition: 0, offset, time, arrival: arrivalOf(happening), row: { ...row, at: time } }
  })
  const histories = ir.sources.map(source => {
    const own = events.filter(event => event.source === source.name)
    return [source.name, { source, block: blockOf(source, own, strings) } as SourceHistory] as const
  })
  const source = Uint8Array.from(events, event => ir.sources.findIndex(({ name }) => name === event.source))
  const order = { length: events.length, source, row: Uint32Array.from(events, ({ offset }) => offset) }
  return replayLog(ir, new Map(histories), strings, { order })
}

const experimentOf = (ir: PipelineIR, { ir: model }: { readonly ir: ModelIR }, happened: readonly Happening[]) =>
  new Experiment({ ir, scores: new Map() }, model, logged(ir, happened))

const plan = (settings: Readonly<Record<string, ElementSetting>>): Plan => new Map(Object.entries(settings))

const patient = entity('patient', t.string())
const readings = source('readings', {
  schema: { patient, n: t.string(), level: t.int(), at: t.timestamp() },
  key: 'patient',
  time: 'at',
  identity: ['n'],
  revisable: '30d',
})
const levels = features('levels', {
  from: readings,
  entity: patient,
  place: stream,
  values: r => ({ sum: r.level.sum('1h'), n: count('1h') }),
})
const low = model('low', {
  decide: every('10m', patient),
  inputs: ({ patient: who }) => ({ sum: levels.of(who).sum, n: levels.of(who).n }),
  score: linear({ intercept: 0, weights: { sum: { weight: 1, ifNull: 0 }, n: 0 } }),
  label: begins(readings, r => r.level.lt(10), { within: '30m', lasting: '0s', maxGap: '1h' }),
})
const clinic = pipeline('clinic', [low])

/** A reading every 10 min for two days; default value 100. */
const days = (level: (i: number) => number = () => 100): Happening[] =>
  Array.from({ length: 288 }, (_, i) => ({ source: 'readings', time: i * 10 * MINUTE, row: { patient: 'p', n: `${i}`, level: level(i) } }))

test('the ingestion delay is the recorded median, and decides whether faster ingestion is observable', async () => {
  const delayed = days().map(happening => ({ ...happening, arrival: happening.time + MINUTE }))
  const late: Happening = { source: 'readings', time: 10 * HOUR + 1, arrival: 40 * HOUR, row: { patient: 'p', n: 'late', level: 50 } }
  const of = experimentOf(clinic.ir, low, [...delayed, late])
  const [first] = of.levelsOf({ kind: 'ingestion' })
  assert.deepEqual(first, { setting: { kind: 'faster', part: 0.1 }, title: '90 % faster', age: 6000, literal: '−90 %' })
  const at = of.cases.t.indexOf(20 * HOUR)
  const scoreOf = async (setting: ElementSetting) => (await of.decisionsUnder(plan({ ingestion: setting }), 'withoutRetraining')).score[at]
  // At 20:00 the reading of 20:00 arrives a minute later, or after 6 s; without a delay it is visible.
  assert.deepEqual(
    [await scoreOf({ kind: 'now' }), await scoreOf(first.setting), await scoreOf({ kind: 'faster', part: 0 })],
    [600, 600, 700],
  )
  assert.equal(
    experimentOf(clinic.ir, low, days()).levelsOf({ kind: 'ingestion' })[0].title,
    '5 min',
    'where nothing is late there is nothing to gain',
  )
})

test('a correction is not used before its arrival, at any age of the group', async () => {
  const corrected: Happening = {
    source: 'readings',
    time: 10 * HOUR,
    arrival: 11 * HOUR + 5 * MINUTE,
    row: { patient: 'p', n: '60', level: 1000 },
  }
  const of = experimentOf(clinic.ir, low, [...days(), corrected])
  const [now, older] = [
    await of.decisionsUnder(asItRuns, 'withoutRetraining'),
    await of.decisionsUnder(plan({ 'group/levels': { kind: 'older', by: 30 * MINUTE } }), 'withoutRetraining'),
  ]
  const at = (time: number) => of.cases.t.indexOf(time)
  // The reading of 10:00 is the first in the one-hour window that ends at 11:00.
  assert.equal(now.score[at(11 * HOUR)], 700)
  assert.equal(older.score[at(11 * HOUR + 30 * MINUTE)], 700, 'half an hour later the copy says what was said then')
  const untouched = experimentOf(clinic.ir, low, days())
  const before = at(11 * HOUR)
  assert.deepEqual(
    now.score.subarray(0, before + 1),
    (await untouched.decisionsUnder(asItRuns, 'withoutRetraining')).score.subarray(0, before + 1),
  )
})

test('whether an episode has begun depends on arrived events, not on later ones', () => {
  const late: Happening = {
    source: 'readings',
    time: 20 * HOUR + MINUTE,
    arrival: 20 * HOUR + 25 * MINUTE,
    row: { patient: 'p', n: 'late', level: 1 },
  }
  const { cases } = experimentOf(clinic.ir, low, [...days(), late])
  const at = cases.t.indexOf(20 * HOUR + 10 * MINUTE)
  assert.equal(cases.eligible[at], 1)
  const on = cases.t.indexOf(20 * HOUR)
  assert.deepEqual([cases.label[on], cases.outcome[on]], [1, 20 * HOUR + MINUTE], 'it is an outcome all the same, as is known at the end')
})

test('a tick without an active key makes no decision', async () => {
  const silent = days().filter(({ time }) => time < 30 * HOUR || time > 40 * HOUR)
  const of = experimentOf(clinic.ir, low, silent)
  const { scoredAt, score } = await of.decisionsUnder(plan({ ingestion: { kind: 'older', by: 20 * MINUTE } }), 'withoutRetraining')
  const undecided = [...of.cases.t].filter((_, row) => Number.isNaN(scoredAt[row]))
  // The first two ticks see no event, as do those after the silence; `live` is an hour.
  assert.deepEqual(undecided, [0, 10 * MINUTE, 40 * HOUR + 10 * MINUTE, 40 * HOUR + 20 * MINUTE])
  assert.ok(score.every((value, row) => Number.isNaN(value) === Number.isNaN(scoredAt[row])))
})

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const chargebacks = source('chargebacks', { schema: { payment: t.string(), card, at: t.timestamp() }, key: 'payment', time: 'at' })
const weather = source('weather', { schema: { card, value: t.double(), at: t.timestamp() }, key: 'card', time: 'at' })
const complaints = features('complaints', { from: chargebacks, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const noise = features('noise', {
  from: weather,
  entity: card,
  place: stream,
  values: w => ({ mean: w.value.mean('1h'), last: w.value.last() }),
})
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ complaints: complaints.of(p.card).n, noise: noise.of(p.card) }),
  score: logistic({
    intercept: -1,
    weights: { complaints: 1, 'noise.mean': { weight: 0.01, ifNull: 0 }, 'noise.last': { weight: 0.01, ifNull: 0 } },
  }),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.at.gt(0), negativeAfter: '1h' }),
})
const shop = pipeline('shop', [fraud])

/**
 * A payment per minute and card. For three hours all of a card's payments are charged back after 2 min, for three none. A noise source is
 * independent.
 */
function paid(minutes: number): Happening[] {
  const next = random(11)
  const happened: Happening[] = []
  for (let minute = 1; minute <= minutes; minute++)
    for (let c = 0; c < 4; c++) {
      const time = minute * MINUTE
      const id = `p${minute}-${c}`
      happened.push({ source: 'payments', time, row: { id, card: `c${c}` } })
      happened.push({ source: 'weather', time, row: { card: `c${c}`, value: next() } })
      const isBad = Math.floor(minute / 180 + c / 2) % 2 === 0
      if (isBad) happened.push({ source: 'chargebacks', time: time + 2 * MINUTE, row: { payment: id, card: `c${c}` } })
    }
  return happened
}

test('a window does not contain the outcome before its arrival', () => {
  const { cases } = experimentOf(shop.ir, fraud, paid(1500))
  const complaintsAt = cases.column('complaints')
  const first = cases.key.indexOf(cases.key[0])
  assert.deepEqual([cases.label[first], cases.outcome[first] - cases.t[first], complaintsAt[first]], [1, 2 * MINUTE, 0])
  const own = Array.from({ length: 4 }, (_, i) => complaintsAt[i * 4 + first])
  assert.deepEqual(own, [0, 0, 1, 2], 'that of the first payment is known with the third, which comes with it')
})

test('a noise group has a flat curve, an informative group has not', async () => {
  const of = experimentOf(shop.ir, fraud, paid(3000))
  const { blocks, label, isLabelled } = of.cases
  const rows = Uint32Array.from({ length: blocks.test.to - blocks.test.from }, (_, i) => blocks.test.from + i).filter(
    row => isLabelled[row] === 1,
  )
  const aucOf = (score: Float64Array) =>
    auc(
      Float64Array.from(rows, row => score[row]),
      Float64Array.from(rows, row => label[row]),
    )
  for (const arm of ['withoutRetraining', 'withRetraining'] as const) {
    const aucUnder = async (settings: Readonly<Record<string, ElementSetting>>) =>
      aucOf((await of.decisionsUnder(plan(settings), arm)).score)
    const now = await aucUnder({})
    assert.ok(now > 0.8, `${arm}: ${now}`)
    for (const by of [5 * MINUTE, HOUR, 6 * HOUR, DAY]) {
      const flat = await aucUnder({ 'group/noise': { kind: 'older', by } })
      assert.ok(Math.abs(flat - now) < 0.01, `${arm}: noise ${by} ms older is ${flat}, and ${now} now`)
    }
    const older = await aucUnder({ 'group/complaints': { kind: 'older', by: 90 * MINUTE } })
    assert.ok(older < now - 0.1, `${arm}: complaints 90 min older are ${older}, and ${now} now`)
  }
})

test('a group older than the history is empty: counts are 0, other features NULL', async () => {
  const of = experimentOf(shop.ir, fraud, paid(1500))
  const { score } = await of.decisionsUnder(
    plan({ 'group/complaints': { kind: 'older', by: 1000 * DAY }, 'group/noise': { kind: 'older', by: 1000 * DAY } }),
    'withoutRetraining',
  )
  assert.ok(score.every(value => value === 1 / (1 + Math.exp(1))))
})
