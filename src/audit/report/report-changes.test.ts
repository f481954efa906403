import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flightsReport } from '../../../test/audit/reports/flights.ts'
import { fraudReport } from '../../../test/audit/reports/fraud.ts'
import { hourlyReport } from '../../../test/audit/reports/hourly.ts'
import { patientsReport } from '../../../test/audit/reports/patients.ts'
import type { AuditReport } from '../domain/audit-report.ts'
import { isAvailable } from '../domain/figures.ts'
import type { StalenessRow } from '../domain/summary.ts'
import { reportChanges } from './report-changes.ts'

const { summary } = flightsReport
const row = summary.staleness.find(({ levels }) => levels.some(({ change }) => isAvailable(change)))!
const withRow = (change: Partial<StalenessRow>): AuditReport => ({
  ...flightsReport,
  summary: { ...summary, staleness: summary.staleness.map(each => (each === row ? { ...row, ...change } : each)) },
})

test('equal reports have no changes, and reports of another model are not compared', () => {
  for (const report of [flightsReport, fraudReport, hourlyReport, patientsReport])
    assert.deepEqual(reportChanges(report, structuredClone(report)), [])
  assert.equal(reportChanges(fraudReport, flightsReport), undefined)
  assert.equal(reportChanges({ ...flightsReport, model: 'other' }, flightsReport), undefined)
})

test('the recommendation, a setting and a verdict are named with what they were', () => {
  const after = withRow({ now: 'every hour', choice: 'stream', within: '5 min' })
  assert.deepEqual(reportChanges(flightsReport, after), [
    { name: row.name, text: `runs: every hour; before: ${row.now}` },
    { name: row.name, text: `verdict: stream, within 5 min; before: stream, within 15 min` },
  ])
  const [change] = reportChanges(flightsReport, { ...after, summary: { ...after.summary, recommendation: 'Stream all.' } })!
  assert.deepEqual(change, { name: 'recommendation', text: `Stream all. Before: ${summary.recommendation}` })
})

test('an element that comes or goes is named', () => {
  const without = { ...flightsReport, summary: { ...summary, staleness: summary.staleness.filter(each => each !== row) } }
  assert.match(reportChanges(without, flightsReport)![0].text, /^is new: /)
  assert.deepEqual(reportChanges(flightsReport, without), [{ name: row.name, text: 'is no longer in the report' }])
})

test('a loss has changed where the intervals of a level do not overlap', () => {
  const shareAt = (low: number, high: number) =>
    withRow({
      levels: row.levels.map(level =>
        isAvailable(level.change) ? { ...level, change: { ...level.change, share: { value: (low + high) / 2, low, high } } } : level,
      ),
    })
  const before = shareAt(-0.2, -0.1)
  assert.deepEqual(reportChanges(before, shareAt(-0.1, 0)), [], 'they touch')
  const known = row.levels.filter(({ change }) => isAvailable(change))
  assert.deepEqual(
    reportChanges(before, shareAt(-0.4, -0.3)),
    known.map(({ title }) => ({ name: row.name, text: `at ${title}: −35 % [−40, −30]; before: −15 % [−20, −10]` })),
  )
  assert.equal(reportChanges(before, shareAt(-0.05, 0))!.length, known.length, 'a smaller loss')
})
