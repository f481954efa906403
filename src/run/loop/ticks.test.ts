import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { limits } from '../../base/limits.ts'
import { count, entity, every, features, lag, linear, model, pipeline, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { decodeDecisions } from '../decide/decision-codec.ts'
import { Run } from './run.ts'
import { Ticks } from './ticks.ts'

const patient = entity('patient', t.string())
const readings = source('readings', { schema: { patient, level: t.int(), at: t.timestamp() }, key: 'patient', time: 'at' })
const recent = features('recent', {
  from: readings,
  entity: patient,
  place: stream,
  values: r => ({ n: count('10m'), low: r.level.min('10m') }),
})
const older = features('older', { from: readings, entity: patient, place: lag('5m'), values: () => ({ n: count('10m') }) })
const watch = model('watch', {
  decide: every('5m', patient, { live: '10m' }),
  inputs: ({ patient: p }) => ({ n: recent.of(p).n, low: recent.of(p).low, older: older.of(p).n }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})
const clinic = pipeline('clinic', [watch])

const start = Date.parse('2026-01-01T00:00Z')
const minute = (m: number) => start + m * 60_000
const reading = (of: string, level: number, m: number) => ({ patient: of, level, at: minute(m) })

function open(disk?: Disk, hold = false) {
  const store = new ModelStore(disk, !hold)
  let at = minute(0)
  const run = new Run(clinic, { store, clock: () => at })
  return {
    store,
    run,
    moveTo: async (m: number) => {
      at = minute(m)
      run.tick()
      await new Promise(resolve => setImmediate(resolve))
    },
  }
}

function decisionsOf(disk: Disk): unknown[][] {
  return new ModelStore(disk).decisions.flatMap(({ bytes }) => {
    const { length, t, vector, keys, strings } = decodeDecisions(bytes)
    return Array.from({ length }, (_, row) => [
      (t[row] - start) / 60_000,
      strings.textOf(keys.values[row]),
      ...vector.map(({ values, nulls }) => (nulls?.[row] ? null : values[row])),
    ])
  })
}

test('a tick is measured with its wait behind others, without times of another process', async () => {
  const { run, store, moveTo } = open()
  await run.submit('readings', recordBatchOf([reading('a', 90, 0)]))
  await moveTo(5.5)
  await run.whenIdle()
  const [{ model, count, stages, at }] = run.stages.gathered
  assert.deepEqual([model, count, Object.keys(stages).length], ['watch', 1, 6])
  assert.ok(at >= minute(5.5))
  store.hold()
  await moveTo(10.5)
  while (store.waiting < 2) await moveTo(10.5)
  // The tick is in the log, and its decisions are not.
  const again = open(store.crash(1))
  await again.run.whenIdle()
  const [later] = again.run.stages.gathered
  assert.deepEqual([later.count, Object.keys(later.stages)], [1, ['features', 'inference', 'durable']])
  await again.run.stop()
})

test('a tick decides on every live key, in order, with the events visible at it', async () => {
  const { run, store, moveTo } = open()
  await run.submit('readings', recordBatchOf([reading('b', 70, 0), reading('a', 90, 0)]))
  await moveTo(5)
  await run.submit('readings', recordBatchOf([reading('a', 60, 5)]))
  assert.deepEqual(decisionsOf(store.disk), [], 'at the minute itself an event may still arrive')
  await moveTo(5.01)
  await moveTo(6)
  await run.submit('readings', recordBatchOf([reading('c', 50, 6)]))
  await moveTo(10.5)
  await moveTo(15.5)
  await run.stop()
  assert.deepEqual(decisionsOf(store.disk), [
    [5, 'a', 2, 60, 1],
    [5, 'b', 1, 70, 1],
    [10, 'a', 2, 60, 2],
    [10, 'b', 1, 70, 1],
    [10, 'c', 1, 50, 0],
    [15, 'a', 1, 60, 2],
    [15, 'c', 1, 50, 1],
  ])
})

test('appends continue while a tick decides on many keys, and it does not see them; a crash in the middle loses and repeats nothing', async () => {
  const keys = limits.TICK_KEYS_AT_ONCE * 2 + 10
  const all = recordBatchOf(Array.from({ length: keys }, (_, i) => reading(`p${String(i).padStart(5, '0')}`, 80, 0)))
  const first = open()
  await first.run.submit('readings', all)
  await first.moveTo(5.5)
  await first.moveTo(5.5)
  const more = first.run.submit('readings', recordBatchOf([reading('p00001', 40, 5), reading('p09999', 40, 5)]))
  const decisionCount = decisionsOf(first.store.disk).length
  assert.ok(decisionCount > 0 && decisionCount < keys, `${decisionCount} decisions are made so far`)
  const disk = first.store.crash(0)
  await more
  await first.run.stop()
  const expected = Array.from({ length: keys }, (_, i) => [5, `p${String(i).padStart(5, '0')}`, 1, 80, 1])
  assert.deepEqual(decisionsOf(first.store.disk), expected)
  const again = open(disk)
  await again.run.submit('readings', recordBatchOf([reading('p00001', 40, 5), reading('p09999', 40, 5)]))
  await again.run.stop()
  assert.deepEqual(decisionsOf(again.store.disk), expected)
})

test('a pipeline that loses a model in the middle of a tick still decides with the others, on all keys', async () => {
  const [watch] = clinic.ir.models
  const two = { ...clinic, ir: { ...clinic.ir, models: [{ ...watch, name: 'gone' }, watch] } }
  const store = new ModelStore(undefined, true)
  let m = 0
  const first = new Run(two, { store, clock: () => minute(m) })
  await first.submit('readings', recordBatchOf([reading('a', 70, 0), reading('b', 70, 0)]))
  m = 5.5
  first.tick()
  while (store.decisions.length === 0) await new Promise(resolve => setImmediate(resolve))
  const disk = store.crash(0)
  assert.equal(store.decisions.length, 1, 'the other has not decided yet')
  const again = new ModelStore(disk, true)
  await new Run(clinic, { store: again, clock: () => minute(5.5) }).stop()
  assert.deepEqual(
    again.decisions.map(({ model: name, count }) => [name, count]),
    [
      ['gone', 2],
      [watch.name, 2],
    ],
  )
})

test('a tick that was interrupted continues after its last key, although earlier keys are active no longer', async () => {
  const size = limits.TICK_KEYS_AT_ONCE
  const name = (i: number): string => `p${String(i).padStart(5, '0')}`
  // Keys whose number ends in 0 had their last event two minutes before the others.
  const eventOf = (_: unknown, i: number) => reading(name(i), 80, i % 10 === 0 ? -2 : 0)
  const first = open()
  await first.run.submit('readings', recordBatchOf(Array.from({ length: 2 * size }, eventOf)))
  await first.moveTo(5.5)
  await first.moveTo(5.5)
  const disk = first.store.crash(0)
  assert.equal(decisionsOf(disk).length, size)
  const { ir } = clinic
  const shorter = { ...ir.models[0], decide: { ...ir.models[0].decide, live: 6 * 60_000 } } as (typeof ir.models)[0]
  const again = new ModelStore(disk, true)
  await new Run({ ...clinic, ir: { ...ir, models: [shorter] } }, { store: again, clock: () => minute(5.5) }).stop()
  const rest = Array.from({ length: size }, (_, i) => size + i).filter(i => i % 10 > 0)
  assert.deepEqual(
    decisionsOf(again.disk).slice(size),
    rest.map(i => [5, name(i), 1, 80, 1]),
  )
})

test('a run that stops between ticks continues with the next one', async () => {
  let disk: Disk = { commits: [] }
  const whole = open()
  for (let m = 1; m < 40; m += 2) {
    const part = open(disk)
    for (const { run, moveTo } of [whole, part]) {
      await moveTo(m)
      await run.submit('readings', recordBatchOf([reading(m % 3 ? 'a' : 'b', m, m)]))
    }
    await part.run.stop()
    disk = part.store.disk
  }
  await whole.run.stop()
  assert.deepEqual(decisionsOf(disk), decisionsOf(whole.store.disk))
  assert.ok(decisionsOf(disk).length > 10)
})

test('the first tick is made after a crash before it, and none follows a later event, even if the clock goes back', async () => {
  const first = open()
  await first.moveTo(4)
  await first.run.submit('readings', recordBatchOf([reading('a', 70, 4)]))
  const at = (disk: Disk, m: number) => {
    const store = new ModelStore(disk, true)
    const run = new Run(clinic, { store, clock: () => minute(m) })
    run.tick()
    return { store, run }
  }
  const early = at(first.store.crash(0), 6)
  await early.run.stop()
  assert.deepEqual(decisionsOf(early.store.disk), [[5, 'a', 1, 70, 0]])
  const commits = first.store.disk.commits.map(commit => ({ ...commit, put: (commit.put ?? []).filter(([name]) => name !== 'ticked') }))
  let m = -8
  const back = new Run(clinic, { store: new ModelStore({ commits }, true), clock: () => minute(m) })
  m = -4
  back.tick()
  await back.stop()
  assert.equal(back.end, 1, 'the tick of five minutes before is not marked')
})

test('a model that ticks more often than those before has no tick before the events that are in the log', async () => {
  const hourly = model('hourly', {
    decide: every('1h', patient, { live: '2h' }),
    inputs: ({ patient: p }) => ({ n: recent.of(p).n }),
    score: linear({ intercept: 0, weights: { n: 1 } }),
  })
  let m = 0
  const runOf = (definition: typeof clinic, disk?: Disk) => {
    const store = new ModelStore(disk, true)
    return { store, run: new Run(definition, { store, clock: () => minute(m) }) }
  }
  const before = runOf(pipeline('clinic', [hourly]))
  for (m = 1; m <= 41; m += 10) await before.run.submit('readings', recordBatchOf([reading('a', 70, m)]))
  await before.run.stop()
  m = 46
  const after = runOf(pipeline('clinic', [hourly, watch]), before.store.disk)
  after.run.tick()
  await after.run.stop()
  assert.deepEqual(decisionsOf(after.store.disk), [[45, 'a', 1, 70, 1]])
})

test('a tick that is decided after a crash sees the keys that were live at it, although the log has grown', async () => {
  const { run, store, moveTo } = open()
  await run.submit('readings', recordBatchOf([reading('a', 70, 0)]))
  await moveTo(5.5)
  await moveTo(5.5)
  await moveTo(14)
  await run.submit('readings', recordBatchOf([reading('b', 80, 14)]))
  await run.stop()
  // Decisions after the first event did not reach the disk, and no state was saved.
  const isBefore = ([name, value]: readonly [string, string | null]) => name !== 'decided' || value === '[1,0]'
  const commits = store.disk.commits.map(({ decisions = [], put = [], ...commit }) => ({
    ...commit,
    decisions: decisions.filter(({ first }) => first < 1),
    put: put.filter(isBefore),
  }))
  const again = new Run(clinic, { store: new ModelStore({ commits }, true), clock: () => minute(14) })
  await again.stop()
  assert.deepEqual(decisionsOf({ commits }).slice(0, 1), [[5, 'a', 1, 70, 1]])
})

test('missed ticks are made late while a key may be live, and the last in any case; coinciding periods share one marker', () => {
  const ticks = new Ticks([5000, 15_000], 1000)
  const advance = (now: number, liveUntil: number) => ticks.advance(now, liveUntil).map(({ t: at }) => at)
  assert.deepEqual(advance(5000, Infinity), [], 'the moment has not passed')
  assert.deepEqual(advance(5001, Infinity), [5000])
  assert.deepEqual(advance(5002, Infinity), [])
  assert.deepEqual(advance(31_000, 20_000), [10_000, 15_000, 20_000, 30_000])
  assert.equal(ticks.next, 35_000)
  assert.deepEqual(advance(62_000, 0), [60_000])
  assert.equal(new Ticks([], 0).next, Infinity)
})

test('many missed ticks are made in portions', () => {
  const ticks = new Ticks([1000, 2500], 0)
  const times: number[] = []
  for (let some = ticks.advance(1_000_001, Infinity); some.length > 0; some = ticks.advance(1_000_001, Infinity)) {
    assert.ok(some.length <= limits.TICKS_AT_ONCE)
    times.push(...some.map(({ t: at }) => at))
  }
  const all = Array.from({ length: 2000 }, (_, i) => (i + 1) * 500).filter(at => at % 1000 === 0 || at % 2500 === 0)
  assert.deepEqual(times, all)
})

test('a restarted run makes the missed ticks before it accepts new records', async () => {
  const whole = open()
  const first = open()
  for (const { run } of [whole, first]) await run.submit('readings', recordBatchOf([reading('a', 50, 0)]))
  for (const m of [5.5, 10.5, 15.5, 20.5]) await whole.moveTo(m)
  await first.moveTo(5.5)
  await first.run.stop()
  const again = open(first.store.disk)
  const moved = again.moveTo(20.5)
  for (const { run } of [whole, again]) await run.submit('readings', recordBatchOf([reading('a', 60, 20)]))
  await moved
  for (const { run, moveTo } of [whole, again]) {
    await moveTo(25.5)
    await run.stop()
  }
  assert.deepEqual(decisionsOf(again.store.disk), decisionsOf(whole.store.disk))
  assert.deepEqual(
    decisionsOf(whole.store.disk).map(([at]) => at),
    [5, 10, 25],
  )
})
