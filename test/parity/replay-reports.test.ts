/** Reports of a replay equal the oracle's: by hand-computed cases, and over random pipelines, placements, histories and times. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportRecords } from '../../src/decision/report-rows.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { PipelineIR, ReportIR } from '../../src/define/ir/ir.ts'
import { reports } from '../../src/replay/report.ts'
import { reportCases } from '../oracle/cases/reports.ts'
import { reportAt, type ReportedRow } from '../oracle/oracle.ts'
import { isReplayed, logOf } from '../property/engines/replay-order.ts'
import { deciding } from '../property/generate/deciders.ts'
import { Draw } from '../property/generate/draw.ts'
import { reportOf, timesOf, withoutLimits } from '../property/generate/reports.ts'
import { flatVector } from './flat-vector.ts'
import { sweep } from '../sweep.ts'

const CASES = sweep(50, 150)

for (const { name, pipeline, report, log, at } of reportCases)
  test(name, () => {
    const times = at.map(({ s }) => s)
    assert.deepEqual(
      replayReports(pipeline, report, log, times),
      times.map(s => reportAt(pipeline, report, log, s)),
    )
  })

test("reports over random histories are the oracle's, in batches of any size", () => {
  const counts = { rows: 0, left: 0, stale: 0, rejected: 0 }
  for (let seed = 1; seed <= CASES; seed++) {
    const drawn = deciding(seed)
    if (!drawn || !isReplayed(drawn.log)) continue
    const { ir, log } = drawn
    const draw = new Draw(seed + 3_000_000)
    const of = draw.pick(['tick', 'ask'])
    const report = reportOf(
      draw,
      ir,
      ir.models.find(({ name }) => name === of)!,
    )
    const times = timesOf(draw, log, report)
    const context = `seed ${seed}`
    const rows = replayReports(ir, report, log, times)
    if (replayReports(ir, withoutLimits(report), log, times) === 'rejected') {
      counts.rejected++
      assert.throws(() => times.map(s => reportAt(ir, report, log, s)), /SPILL_(RANGE|LIMIT)/, context)
      continue
    }
    const expected = times.map(s => reportAt(ir, report, log, s))
    assert.deepEqual(rows, expected, context)
    for (const stretch of [1, 3, 64]) assert.deepEqual(replayReports(ir, report, log, times, stretch), rows, `${context}, by ${stretch}`)
    for (const s of times) counts.left += reportAt(ir, withoutLimits(report), log, s).length
    counts.rows += expected.flat().length
    counts.stale += expected.flat().filter(({ stale }) => stale).length
  }
  const { rows, left, stale, rejected } = counts
  assert.ok(rows > 2.5 * CASES && left - rows > CASES / 2 && stale > CASES / 3 && rejected < CASES / 10, JSON.stringify(counts))
})

function replayReports(
  ir: PipelineIR,
  report: ReportIR,
  log: readonly LoggedEvent[],
  times: readonly number[],
  stretch?: number,
): ReportedRow[][] | 'rejected' {
  const all = [...reports({ ir, scores: new Map() }, report, logOf(ir, log), Float64Array.from(times), stretch)]
  assert.deepEqual(
    all.map(({ t }) => t),
    times,
  )
  const rows = all.map(table => reportRecords(ir, report, table))
  if (rows.flat().some(({ rejected }) => rejected !== undefined)) return 'rejected'
  return rows.map(table => table.map(row => ({ ...row, vector: flatVector(row.vector) }) as ReportedRow))
}
