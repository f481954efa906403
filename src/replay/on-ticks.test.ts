import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, entity, every, features, linear, model, pipeline, request, source, stream, t } from '../index.ts'
import { Strings } from '../columns/strings.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import { HistoryBuilder } from '../intake/history-builder.ts'
import { decide } from './decide.ts'
import { decisionRecords } from './decision-record.ts'
import { decisionColumns, decisionValues } from './decision-output.ts'
import { replayLog } from './log.ts'
import { onTicks } from './on-ticks.ts'

const patient = entity('patient', t.string())
const columns = { ref: t.string(), patient: patient.nullable(), at: t.timestamp() }
const readings = source('readings', { schema: columns, key: 'ref', time: 'at' })
const recent = features('recent', { from: readings, entity: patient, place: stream, values: () => ({ n: count('10m') }) })
const score = linear({ intercept: 0, weights: { n: 1 } })
const ticking = model('m', { decide: every('5m', patient), inputs: p => ({ n: recent.of(p.patient).n }), score })

const minute = 60_000
/** A log of readings, one per row: patient and minute. */
function logOf(of: ReturnType<typeof pipeline>, rows: readonly (readonly [string | null, number])[]) {
  const strings = new Strings()
  const intake = new HistoryBuilder(of.ir.sources[0], { strings, onRejected: rejection => assert.fail(rejection.detail) })
  intake.validate(recordBatchOf(rows.map(([patient, at], i) => ({ ref: `r${i}`, patient, at: at * minute }))))
  const [first, ...others] = of.ir.sources
  const silent = others.map(source => [source.name, new HistoryBuilder(source, { strings, onRejected: () => {} }).finish()] as const)
  return replayLog(of.ir, new Map([[first.name, intake.finish()], ...silent]), strings)
}

const clinic = pipeline('clinic', [ticking])

function batchesOf(rows: readonly (readonly [string | null, number])[], stretch?: number) {
  const log = logOf(clinic, rows)
  const recordOf = decisionRecords(clinic.ir, clinic.ir.models[0], log)
  return [...decide(clinic, clinic.ir.models[0], log, stretch)].flatMap(batch => {
    const { length, first, done } = batch
    return [{ length, first, done, records: Array.from({ length }, (_, row) => recordOf(batch, row)) }]
  })
}

test('a tick decides about each active patient, without a position', () => {
  const [{ records, length, first, done }, ...more] = batchesOf([
    ['b', 1],
    ['a', 4],
    [null, 5],
    ['a', 10],
  ])
  assert.deepEqual([length, first, done, more.length], [4, 0, 1, 0])
  assert.deepEqual(records[0], {
    model: 'm',
    t: 5 * minute,
    key: 'a',
    vector: { n: 1 },
    score: 1,
    read: { 'recent(patient)': { visibleEvents: 3, asOf: 5 * minute } },
  })
  assert.deepEqual(
    records.map(({ t, key, score }) => [t / minute, key, score]),
    [
      [5, 'a', 1],
      [5, 'b', 1],
      [10, 'a', 2],
      [10, 'b', 1],
    ],
  )
})

test('a long silence has no ticks, and a batch may end within a tick', () => {
  const year = 365 * 24 * 60
  const rows = [
    ['a', 5],
    ['b', 5],
    ['a', 200 * year],
  ] as const
  const batches = batchesOf(rows, 3)
  assert.deepEqual(
    batches.map(({ length, first }) => [length, first]),
    [
      [3, 0],
      [3, 3],
      [1, 6],
    ],
  )
  assert.deepEqual(
    batches.flatMap(({ records }) => records.map(({ t }) => t / minute)),
    [5, 5, 10, 10, 15, 15, 200 * year],
  )
})

test('a table of ticks has no columns for a position', () => {
  const log = logOf(clinic, [['a', 5]])
  const names = decisionColumns(clinic.ir, clinic.ir.models[0]).map(({ name }) => name)
  assert.deepEqual(names, [
    'model',
    't',
    'key',
    'vector.n',
    'score',
    'rejected',
    'read.recent(patient).visibleEvents',
    'read.recent(patient).asOf',
  ])
  for (const batch of decide(clinic, clinic.ir.models[0], log)) assert.equal(decisionValues(clinic.ir, batch, log).length, names.length)
})

test('a source without events takes no tick away', () => {
  const meals = source('meals', { schema: columns, key: 'ref', time: 'at' })
  const eaten = features('eaten', { from: meals, entity: patient, place: stream, values: () => ({ n: count('10m') }) })
  const both = model('both', {
    decide: every('5m', patient),
    inputs: p => ({ n: recent.of(p.patient).n, m: eaten.of(p.patient).n }),
    score,
  })
  const two = pipeline('two', [both])
  const batches = [
    ...decide(
      two,
      both.ir,
      logOf(two, [
        ['a', 4],
        ['a', 10],
      ]),
    ),
  ]
  assert.deepEqual(
    batches.flatMap(({ t, reads }) =>
      [...t].map((moment, row) => [moment / minute, ...reads.map(({ visibleEvents }) => visibleEvents[row])]),
    ),
    [
      [5, 1, 0],
      [10, 2, 0],
    ],
  )
})

test('without events there are no ticks', () => {
  assert.deepEqual(batchesOf([]), [])
  assert.deepEqual(batchesOf([[null, 5]]), [])
})

test('a replay rejects what it cannot compute', () => {
  const [model5] = clinic.ir.models
  const ticksAt = (max: number) => onTicks(clinic.ir, model5, model5.decide as never, logOf(clinic, [['a', 5]]), max).points.t
  assert.deepEqual([...ticksAt(1)], [5 * minute])
  assert.throws(() => ticksAt(0), { code: 'SPILL_LIMIT', message: /^more than 0 ticks of one model \(REPLAY_TICKS_MAX\)/ })
  const onRequest = pipeline('asked', [model('ask', { decide: request({ patient }), inputs: p => ({ n: recent.of(p.patient).n }), score })])
  assert.throws(() => decide(onRequest, onRequest.ir.models[0], logOf(onRequest, [['a', 5]])).next(), {
    code: 'SPILL_UNSUPPORTED',
    message: /^model 'ask' decides on request, and a history of events has no requests; request decisions in a test \(spillway\/testing\)/,
  })
})
