/** Logs that have forgotten their beginning. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CrashCase } from '../crash/case.ts'
import { generateWithoutRuns } from '../crash/generate.ts'
import { runModel } from '../crash/model-run.ts'
import { SpillwayError } from '../../src/base/errors.ts'
import { reconcile } from '../../src/reconcile/reconcile.ts'
import type { ReconcileReport } from '../../src/reconcile/reconcile-report.ts'
import { folderOf } from './folder.ts'

const CASES = 8
const SEEDS_MAX = 400

/** Reports of the first suitable cases; cases with a sum beyond DuckDB's 128 bits are left out. */
async function reportsOf(fits: (of: CrashCase) => boolean): Promise<ReconcileReport[]> {
  const reports: ReconcileReport[] = []
  for (let seed = 7000; seed < 7000 + SEEDS_MAX && reports.length < CASES; seed++) {
    const { of } = generateWithoutRuns(seed)
    if (!fits(of)) continue
    const { disk } = await runModel(of)
    try {
      reports.push(await reconcile({ ir: of.ir, fingerprint: of.ir.name }, folderOf(disk), { atOnce: 50 }))
    } catch (error) {
      if (!(error instanceof SpillwayError && error.code === 'SPILL_RANGE')) throw error
    }
  }
  return reports
}

const sum = (reports: readonly ReconcileReport[], of: (report: ReconcileReport) => number): number =>
  reports.reduce((all, report) => all + of(report), 0)
const ofInputs = (report: ReconcileReport, of: (input: ReconcileReport['inputs'][number]) => number): number =>
  report.inputs.reduce((all, input) => all + of(input), 0)

test('values of deleted events are counted and not compared; all others are as they were recorded', async () => {
  const reports = await reportsOf(({ keep, changed = [] }) => keep !== undefined && changed.length === 0)
  for (const report of reports) assert.ok(report.sound, JSON.stringify(report.examples))
  assert.ok(sum(reports, ({ forgotten }) => forgotten) > 0, 'no decision was made on what is forgotten')
  assert.ok(sum(reports, report => ofInputs(report, ({ forgotten }) => forgotten)) > 0, 'no window reaches back to it')
  assert.ok(sum(reports, report => ofInputs(report, ({ recorded }) => recorded.equal)) > 100, 'few values were compared')
})
