import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { Strings } from '../../columns/strings.ts'
import { count, entity, every, features, lag, linear, model, on, pipeline, scheduled, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { decisionRecords, type DecisionRecord } from '../../replay/decision-record.ts'
import { replay } from '../../replay/replay.ts'
import { importHistories, type ImportOptions } from './import.ts'
import { recordedBatches } from '../history/recorded-batches.ts'
import { Run } from '../loop/run.ts'

const patient = entity('patient', t.string())
const readings = source('readings', {
  schema: { patient, level: t.int(), at: t.timestamp(), known: t.timestamp(), id: t.string(), gone: t.bool() },
  key: 'patient',
  time: 'at',
  id: 'id',
  dedupe: '2h',
  arrives: 'known',
  identity: ['at'],
  revisable: '1h',
  deleted: 'gone',
})
const meals = source('meals', {
  schema: { meal: t.string(), patient, grams: t.decimal(1, { min: 0 }), at: t.timestamp() },
  key: 'patient',
  time: 'at',
  id: 'meal',
  dedupe: '30m',
})
const recent = features('recent', {
  from: readings,
  entity: patient,
  place: stream,
  values: r => ({ n: count('30m'), low: r.level.min('30m'), list: r.level.lastK(3, '30m') }),
})
const older = features('older', { from: readings, entity: patient, place: lag('7m'), values: () => ({ n: count('30m') }) })
const eaten = features('eaten', {
  from: meals,
  entity: patient,
  place: scheduled('*/10 * * * *', { lasts: '2m' }),
  values: m => ({ grams: m.grams.sum('1h') }),
})
const score = linear({ intercept: 0, weights: { n: 1 } })
const watch = model('watch', {
  decide: every('5m', patient, { live: '20m' }),
  inputs: p => ({
    n: recent.of(p.patient).n,
    low: recent.of(p.patient).low,
    older: older.of(p.patient).n,
    grams: eaten.of(p.patient).grams,
  }),
  score,
})
const slower = model('slower', { decide: every('15m', patient), inputs: p => ({ n: older.of(p.patient).n }), score })
const each = model('each', { decide: on(readings), inputs: r => ({ n: recent.of(r.patient).n, list: recent.of(r.patient).list }), score })
const ate = model('ate', { decide: on(meals), inputs: m => ({ n: recent.of(m.patient).n, grams: m.grams }), score })
const clinic = pipeline('clinic', [watch, slower, each, ate])

const start = Date.parse('2026-01-01T00:00:30Z')
const minute = (m: number): string => new Date(start + m * 60_000).toISOString()

/** Three hours with a silence, late readings, duplicates, revisions, deletes, conflicts, stale revisions, and invalid records. */
function history(from = 0, to = 240): { readings: object[]; meals: object[] } {
  const all: object[] = []
  const eating: object[] = []
  let seed = 7
  const draw = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below
  for (let m = 0; m < 240; m++) {
    if (m > 70 && m < 150) continue
    const of = 'abc'[draw(3)]
    const reading = { patient: of, level: 40 + draw(60), at: minute(m - draw(4)), known: minute(m), id: `r${m}`, gone: false }
    const again = { ...reading, known: minute(m + 1 + draw(5)) }
    const meal = { meal: `m${m}`, patient: of, grams: draw(900) / 10, at: minute(m) }
    const more = [again, { ...again, level: 40 + draw(60) }, { ...again, gone: true }, { ...reading, level: 'much' }][draw(9)]
    const late = draw(20) === 0 && m < 60 ? [{ ...reading, known: minute(m + 62), level: 1 }] : []
    if (m >= from && m < to) all.push(reading, ...(more ? [more] : []), ...late)
    if (m >= from && m < to && m % 7 === 0) eating.push(meal, meal, ...(m % 3 === 0 ? [{ ...meal, grams: 1 }] : []))
  }
  return { readings: all, meals: eating }
}

const folder = scratchFolder('import')
let files = 0
function write(of: object): ImportOptions['files'] {
  return Object.entries(of).map(([name, rows]) => {
    const path = join(folder, `${name}-${files++}.ndjson`)
    writeFileSync(path, (rows as object[]).map(row => `${JSON.stringify(row)}\n`).join(''))
    return { source: name, path }
  })
}

const imports = (disk: Disk, sourceFiles: ImportOptions['files'], more: Partial<ImportOptions> = {}) => {
  const store = new ModelStore(disk, true)
  return { store, done: importHistories(clinic, { store, files: sourceFiles, atOnce: 10, clock: () => 0, ...more }) }
}

async function imported(sourceFiles: ImportOptions['files'], disk: Disk = { commits: [] }): Promise<ModelStore> {
  const { store, done } = imports(disk, sourceFiles)
  await done
  return store
}

/** Decisions by model, as a replay writes them. */
function decisionsOf(store: ModelStore): DecisionRecord[] {
  return clinic.ir.models.flatMap(each => {
    const strings = new Strings()
    const recordOf = decisionRecords(clinic.ir, each, { strings })
    const batches = store.decisions.filter(({ model }) => model === each.name)
    return [...recordedBatches(clinic.ir, each, batches, strings, { total: 1 })].flatMap(batch =>
      Array.from({ length: batch.length }, (_, row) => recordOf(batch, row)),
    )
  })
}

async function replayed(sourceFiles: ImportOptions['files']) {
  const decisions: DecisionRecord[] = []
  const rejected: string[] = []
  const { sources } = await replay(clinic, {
    files: sourceFiles,
    onDecisions(batch, { strings }) {
      const recordOf = decisionRecords(clinic.ir, batch.model, { strings })
      for (let row = 0; row < batch.length; row++) decisions.push(recordOf(batch, row))
    },
    onRejected: ({ place, reason }) => rejected.push(`${place} ${reason}`),
  })
  return { decisions, rejected, sources }
}

test('an import and a replay in memory give the same decisions and rejected records: on events and at ticks, with revisions', async () => {
  const files = write(history())
  const expected = await replayed(files)
  const { store, done } = imports({ commits: [] }, files)
  const { histories, from, end, alreadyImported: found } = await done
  const decisions = decisionsOf(store)
  for (const { name } of clinic.ir.models) assert.ok(decisions.filter(decision => decision.model === name).length > 20, name)
  assert.deepEqual(decisions, expected.decisions)
  assert.deepEqual(
    [...histories].map(([name, { counts }]) => ({ source: name, ...counts })),
    expected.sources,
  )
  assert.deepEqual(
    store.dead.map(({ place, reason }) => `${place} ${reason}`),
    expected.rejected,
  )
  for (const reason of ['schema', 'conflict', 'stale-revision'])
    assert.ok(
      expected.rejected.some(line => line.endsWith(reason)),
      reason,
    )
  assert.ok(expected.sources.every(({ duplicates }) => duplicates > 5))
  assert.equal(found, 0)
  assert.deepEqual([from, end > store.segments.length * 2], [0, true])
  const [{ schemas, put }] = store.disk.commits
  assert.deepEqual([schemas?.map(({ source: name }) => name), put?.length], [['readings', 'meals'], 1], 'the record of the import is first')
})

test('a single rejected record is kept as a dead letter, as many are', async () => {
  const [good, bad] = [
    { patient: 'p', level: 1, at: minute(1), known: minute(1), id: 'r1', gone: false },
    { patient: 'p', level: 'much', at: minute(2), known: minute(2), id: 'r2', gone: false },
  ]
  const meal = { meal: 'm', patient: 'p', grams: '1.0', at: minute(1) }
  for (const count of [0, 1, 2]) {
    const store = await imported(write({ readings: [good, ...new Array<unknown>(count).fill(bad)], meals: [meal] }))
    assert.equal(store.disk.commits.flatMap(({ deadLetters = [] }) => deadLetters).length, count)
  }
})

test('progress rises to the whole of each stage', async () => {
  const shares = new Map<string, number[]>()
  const onProgress = (stage: string, share: number): void => void shares.set(stage, [...(shares.get(stage) ?? []), share])
  await imports({ commits: [] }, write(history()), { onProgress }).done
  const appended = shares.get('appending and deciding')!
  assert.ok(appended.length > 10)
  for (const of of shares.values()) assert.ok(of.every((share, i) => share >= (of[i - 1] ?? 0) && share <= 1))
  assert.equal(appended.at(-1), 1)
})

test('a run continues after an import, and knows its duplicates and revisions', async () => {
  const store = await imported(write(history()))
  const before = store.decisions.length
  const run = new Run(clinic, { store, clock: () => Date.parse(minute(245)) })
  const { readings: all, meals: eating } = history(200)
  const latest = new Map((all as { id: string; level: unknown }[]).filter(({ level }) => level !== 'much').map(one => [one.id, one]))
  const receipt = await run.submit('readings', recordBatchOf([...latest.values()]))
  assert.deepEqual([receipt.accepted, receipt.duplicates], [0, 40])
  const old = await run.submit(
    'readings',
    recordBatchOf([
      { ...latest.get('r200'), level: 0 },
      { ...latest.get('r100'), id: 'x', at: minute(5) },
    ]),
  )
  assert.deepEqual([old.accepted, old.rejected], [1, 1], 'a revision, and one of what is older than an hour')
  const meal = await run.submit('meals', recordBatchOf([eating[0], eating.at(-1)]))
  assert.deepEqual([meal.accepted, meal.duplicates], [1, 1], 'after half an hour it is another one')
  run.tick()
  await run.stop()
  assert.ok(store.decisions.length > before)
})

test('a second history is appended after the first, as if both were one; a history that begins before the end of the log is rejected', async () => {
  const whole = await imported(write(history()))
  // Cut where no duplicate or revision crosses the cut.
  const first = await imported(write(history(0, 71)))
  const ticked = first.get('ticked')
  const both = await imported(write(history(150)), first.disk)
  assert.ok(Number(ticked) < Number(both.get('ticked')))
  assert.deepEqual(decisionsOf(both), decisionsOf(whole))
  const commits = both.disk.commits.length
  await assert.rejects(imported(write(history(230)), both.disk), {
    code: 'SPILL_INPUT',
    message:
      /^the first event of source 'readings' arrived at .*, and the log goes to .*Z already. Import history first, into a new folder, and run there; or give/,
  })
  assert.equal(both.disk.commits.length, commits)
})

test('entries of a run without their decisions are left to a run, which makes their effects, and the import is rejected', async () => {
  const live = new ModelStore(undefined, true)
  const run = new Run(clinic, { store: live, clock: () => Date.parse(minute(30)) })
  const { readings: some } = history(0, 20)
  await run.submit('readings', recordBatchOf(some))
  await run.stop()
  assert.ok(live.decisions.length > 0)
  const crashed = live.disk.commits.map(({ put = [], ...commit }) => ({
    ...commit,
    decisions: [],
    put: put.filter(([name]) => name !== 'decided'),
  }))
  const disk = { ...live.disk, commits: crashed }
  await assert.rejects(imported(write(history()), disk), {
    code: 'SPILL_IMPORT',
    message: /without their decisions and effects; start `spillway run` once/,
  })
  assert.equal(disk.commits.length, live.disk.commits.length)
})

test('an import that is interrupted at any commit blocks a run, and continues to the same end', async () => {
  const files = write(history(0, 40))
  const whole = await imported(files)
  const { length } = whole.disk.commits
  assert.ok(length > 20)
  for (let commitCount = 1; commitCount < length; commitCount++) {
    const disk = { commits: whole.disk.commits.slice(0, commitCount), states: new Map(whole.disk.states) }
    const isDone = disk.commits.some(({ put = [] }) => put.some(([name, value]) => name.startsWith('import/') && value?.includes('"end"')))
    if (isDone) continue
    const clock = () => Date.parse(minute(60))
    assert.throws(() => new Run(clinic, { store: new ModelStore(disk), clock }), { code: 'SPILL_IMPORT', message: /unfinished import/ })
    await assert.rejects(imported(write(history(0, 40)), disk), { code: 'SPILL_IMPORT', message: /give the same files/ })
    const again = await imported(files, disk)
    assert.deepEqual(again.segments, whole.segments)
    assert.deepEqual(again.decisions, whole.decisions)
    assert.deepEqual(again.letters, whole.letters)
    for (const name of ['decided', 'ticked']) assert.equal(again.get(name), whole.get(name))
    await new Run(clinic, { store: again, clock }).stop()
  }
})

test('changed files, or another pipeline, do not continue an interrupted import', async () => {
  const files = write(history(0, 40))
  const whole = await imported(files)
  const half = { commits: whole.disk.commits.slice(0, whole.disk.commits.length / 2) }
  const other = pipeline('clinic', [watch])
  await assert.rejects(importHistories(other, { store: new ModelStore(half, true), files }), {
    code: 'SPILL_IMPORT',
    message: /the pipeline was changed since/,
  })
  for (const rows of [history(0, 5), { ...history(0, 40), meals: [{}] }]) {
    Object.values(rows).forEach((own: object[], i) => writeFileSync(files[i].path, own.map(row => `${JSON.stringify(row)}\n`).join('')))
    const commits = half.commits.length
    await assert.rejects(imported(files, half), { code: 'SPILL_IMPORT', message: /differ from these files/ })
    assert.equal(half.commits.length, commits)
  }
})

test('an empty history, and a full disk', async () => {
  const store = await imported(write({ readings: [{}], meals: [{}] }))
  assert.deepEqual([store.segments.length, store.get('ticked')], [0, undefined])
  const slowStore = new ModelStore({ commits: [] })
  const done = importHistories(clinic, { store: slowStore, files: write(history()), atOnce: 10 })
  const failed = assert.rejects(done, { code: 'SPILL_STORE' })
  while (slowStore.waiting < 10) await new Promise(resolve => setImmediate(resolve))
  slowStore.fail()
  await failed
})
