/**
 * Reports from a stored log equal the oracle's, whatever the segments, with batch groups as of the runs in use; a truncated log is
 * rejected.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportTable } from '../../src/batch/report.ts'
import { reportRecords } from '../../src/decision/report-rows.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { PipelineIR, ReportIR } from '../../src/define/ir/ir.ts'
import { versionAt } from '../../src/batch/report-ledger.ts'
import { LOG_START, logStartText } from '../../src/log/named-values.ts'
import type { StoredLog } from '../../src/log/store.ts'
import { inputCodes } from '../../src/training/registry/input-codes.ts'
import { putPromotions, putScore, putVersion } from '../../src/training/registry/registry.ts'
import { reportCases } from '../oracle/cases/reports.ts'
import { reportAt, type ReportedRow } from '../oracle/oracle.ts'
import { storeLog } from '../property/engines/stored-log.ts'
import { isReplayed } from '../property/engines/replay-order.ts'
import { deciding } from '../property/generate/deciders.ts'
import { Draw } from '../property/generate/draw.ts'
import { reportOf, timesOf, withoutLimits } from '../property/generate/reports.ts'
import { flatVector } from './flat-vector.ts'
import { sweep } from '../sweep.ts'

const CASES = sweep(30, 80)

for (const { name, pipeline, report, log, at } of reportCases)
  test(name, async () => {
    const store = await storeLog(pipeline, log, new Draw(1))
    for (const { s, why } of at)
      assert.deepEqual(reportRows(store, pipeline, report, log.length, s), reportAt(pipeline, report, log, s), why)
  })

test('reports over random logs are those of the oracle', async () => {
  const counts = { rows: 0, asRun: 0, rejected: 0 }
  for (let seed = 1; seed <= CASES; seed++) {
    const of = deciding(seed)
    if (!of || !isReplayed(of.log)) continue
    const draw = new Draw(seed + 4_000_000)
    const { log } = of
    // A run has no corrected group.
    const groups = of.ir.groups.map(group => (group.place.kind === 'corrected' ? { ...group, place: { kind: 'stream' } as const } : group))
    const ir: PipelineIR = { ...of.ir, groups }
    const report = reportOf(
      draw,
      ir,
      ir.models.find(({ name }) => name === 'ask')!,
    )
    const store = await storeLog(ir, log, draw)
    for (const s of timesOf(draw, log, report)) {
      const runs = runsOf(draw, ir, log, s)
      const asRun = asRuns(ir, runs, s)
      const context = `seed ${seed} at ${s}`
      if (reportRows(store, ir, withoutLimits(report), log.length, s, runs).some(({ rejected }) => rejected !== undefined)) {
        counts.rejected++
        assert.throws(() => reportAt(asRun, report, log, s), /SPILL_(RANGE|LIMIT)/, context)
        continue
      }
      const expected = reportAt(asRun, report, log, s)
      assert.deepEqual(reportRows(store, ir, report, log.length, s, runs), expected, context)
      counts.rows += expected.length
      if (Object.keys(runs).length > 0) counts.asRun += expected.length
    }
  }
  assert.ok(counts.rows > 1.5 * CASES && counts.asRun > CASES / 3 && counts.rejected < CASES / 2, JSON.stringify(counts))
})

type Runs = Readonly<Record<string, number>>

/** For each batch group, sometimes, the time of a run. */
function runsOf(draw: Draw, { groups }: PipelineIR, log: readonly LoggedEvent[], s: number): Runs {
  const batch = groups.filter(({ place }) => place.kind === 'batch' && draw.chance(0.7))
  return Object.fromEntries(batch.map(({ name }) => [name, Math.min(s, draw.pick(log).arrival + draw.pick([-1, 0, 1]))]))
}

/** A batch run has the events that had arrived by its time, as of that time. */
const asRuns = (ir: PipelineIR, runs: Runs, s: number): PipelineIR => ({
  ...ir,
  groups: ir.groups.map(group =>
    Object.hasOwn(runs, group.name) ? { ...group, place: { kind: 'lag', by: s - runs[group.name] } } : group,
  ),
})

test('a trained model is scored by the version that was promoted by then; a missing version is an error', async () => {
  const { pipeline: of, report, log } = reportCases.find(({ pipeline: { models } }) => models.length > 0)!
  const model = { ...of.models[0], train: {} as never }
  const ir: PipelineIR = { ...of, models: [model] }
  const store = await storeLog(ir, log, new Draw(5))
  const s = log.at(-1)!.arrival + 100
  const put = (number: number, weight: number) => [
    putVersion({ model: model.name, number, inputs: inputCodes(ir, model) } as never),
    putScore(model.name, number, { kind: 'linear', intercept: number, terms: [{ input: 'last', weight }] }),
  ]
  const promoted = [1, 2, 0].map((version, i) => ({ version, entry: i, at: s + i * 10 - 10, why: 'by hand' }))
  await store.commit({ put: [...put(1, 10), ...put(2, -1), putPromotions(model.name, promoted)] })
  const versions = [s - 11, s - 10, s, s + 9, s + 10].map(at => versionAt(store, ir, report, at).version)
  assert.deepEqual(versions, [undefined, 1, 2, 2, undefined])
  const scoresBy = (version?: number) => {
    const making = reportTable(
      store,
      { ir, report: { ...report, live: 1000 }, s, cut: log.length, runs: {}, ...(version !== undefined && { version }) },
      new Map(),
    )
    let next = making.next()
    while (!next.done) next = making.next()
    return reportRecords(ir, report, next.value).map(({ key, score }) => [key, score])
  }
  assert.deepEqual(scoresBy(), [
    ['b', 7],
    ['c', 7],
    ['a', 5],
  ])
  assert.deepEqual(scoresBy(1), [
    ['b', 71],
    ['c', 71],
    ['a', 51],
  ])
  assert.deepEqual(scoresBy(2), [
    ['d', 1],
    ['a', -3],
    ['b', -5],
  ])
  assert.throws(() => scoresBy(3), {
    code: 'SPILL_INPUT',
    message: /scored by version 3 of model 'm', and it is not in the registry any more/,
  })
})

test('a row whose events the log has dropped is marked; a report whose active keys the log has dropped is an error', async () => {
  const { pipeline, report, log } = reportCases[0]
  const windowed: PipelineIR = {
    ...pipeline,
    groups: pipeline.groups.map(group => ({ ...group, features: group.features.map(feature => ({ ...feature, window: 200 })) })),
  }
  const store = await storeLog(windowed, log, new Draw(3))
  const forgotten = async (arrival: number) => store.commit({ put: [[LOG_START, logStartText({ entry: 0, arrival })]] })
  await forgotten(150)
  const rows = reportRows(store, windowed, { ...report, live: 100 }, log.length, 301)
  assert.deepEqual(
    rows.map(({ key, rejected }) => [key, rejected?.includes('SPILL_CLOCK_EVICTED')]),
    [['a', true]],
  )
  assert.throws(() => reportRows(store, windowed, { ...report, live: 152 }, log.length, 301), {
    code: 'SPILL_CLOCK_EVICTED',
    message: /report 'list' is about keys with an event since .*, and the log has forgotten what arrived up to/,
  })
})

test('a report over a group that is placed corrected is an error', async () => {
  const { pipeline, report, log } = reportCases[0]
  const corrected: PipelineIR = { ...pipeline, groups: pipeline.groups.map(group => ({ ...group, place: { kind: 'corrected' } })) }
  const store = await storeLog(pipeline, log, new Draw(3))
  assert.throws(() => reportRows(store, corrected, report, log.length, 300), { code: 'SPILL_UNSUPPORTED' })
})

function reportRows(
  store: StoredLog,
  ir: PipelineIR,
  report: ReportIR,
  cut: number,
  s: number,
  runs: Readonly<Record<string, number | null>> = {},
): (ReportedRow & { readonly rejected?: string })[] {
  const making = reportTable(store, { ir, report, s, cut, runs }, new Map())
  let next = making.next()
  while (!next.done) next = making.next()
  return reportRecords(ir, report, next.value).map(row => ({ ...row, vector: flatVector(row.vector) }) as ReportedRow)
}
