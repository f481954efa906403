import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { flightsReport } from '../../../../test/audit/reports/flights.ts'
import { fraudReport } from '../../../../test/audit/reports/fraud.ts'
import { hourlyReport } from '../../../../test/audit/reports/hourly.ts'
import { patientsReport } from '../../../../test/audit/reports/patients.ts'
import { randomReport } from '../../../../test/audit/reports/random.ts'
import { changeParts } from '../../domain/figures.ts'
import type { AuditReport } from '../../domain/audit-report.ts'
import { graphemesOf } from '../printable-text.ts'
import { shownRows } from '../report-text.ts'
import { verdictSize, verdictText } from './verdict.ts'

const reports = [flightsReport, fraudReport, patientsReport]
const linesOf = (report: AuditReport, width?: number): string[] =>
  verdictText(report, { ...(width !== undefined && { width }), reportAt: 'audit/audit.html' }).split('\n')

test('the recommendation comes first, then its reason, then the table', () => {
  const lines = linesOf(flightsReport)
  const head = lines.slice(0, lines.indexOf('')).join(' ')
  assert.equal(head, `flights: ${flightsReport.summary.recommendation} ${flightsReport.summary.reason}`)
  assert.match(lines[lines.indexOf('') + 1], /^ELEMENT +NOW +KEPT +IF OLDER +CHANGE +95 % +A MONTH +VERDICT$/)
})

test('every element with levels has a line with the figures of the summary', () => {
  for (const report of reports) {
    const lines = linesOf(report)
    for (const { name, levels, next } of shownRows(report.summary.staleness).known) {
      const line = lines.find(text => text.startsWith(name.slice(0, 12)))
      assert.ok(line !== undefined, name)
      const { change } = levels[next!]
      for (const text of 'share' in change ? changeParts(change.share) : ['not known']) assert.ok(line.includes(text), line)
    }
  }
})

test('levels that are fresher than now are neither kept values nor ages of the table', () => {
  const lines = linesOf(hourlyReport, 120)
  const landings = lines.find(line => line.startsWith('landings'))!
  assert.match(landings, /^landings +every hour +[▁▂▃▄▅▆▇█]{2} +nightly/)
  const main = { ...hourlyReport, summary: { ...hourlyReport.summary, main: 'group/landings' } }
  assert.deepEqual(
    linesOf(main, 120).flatMap(line => /^ +█+░* +(\S.*?)  /.exec(line)?.slice(1) ?? []),
    ['15 min'],
  )
})

test('a table that is too wide leaves out columns, and never cuts the verdict', () => {
  const { staleness } = flightsReport.summary
  const usual = staleness.find(({ name }) => name === 'usual')!
  const wide = {
    ...usual,
    name: 'usual_of_all_hours',
    now: 'hybrid, nightly at 02:00, 2 h',
    choice: 'keep within 30 min',
    levels: usual.levels.map(level => ({ ...level, title: 'a digest a day' })),
  }
  const report = { ...flightsReport, summary: { ...flightsReport.summary, staleness: staleness.map(row => (row === usual ? wide : row)) } }
  for (const width of [80, 90, 100]) {
    const line = linesOf(report, width).find(text => text.startsWith('usual'))!
    assert.match(line, / keep within 30 min$/, `${width}: ${line}`)
  }
})

test('worth, cost, break-even, confidence, and what would change the answer have a line each', () => {
  const text = linesOf(flightsReport).join('\n')
  for (const label of ['WORTH', 'COST', 'BREAK-EVEN', 'CONFIDENCE', 'CHANGES IT', 'REPORT'])
    assert.match(text, new RegExp(`^${label} +\\S`, 'm'))
  assert.match(linesOf(patientsReport).join('\n'), /^COST +not known: No prices were given/m)
  assert.match(
    linesOf(fraudReport).join('\n'),
    /^EDIT +examples\/fraud\/fraud\.ts:38\n +- place: stream,\n +\+ place: batch\('0 2 \* \* \*'/m,
  )
})

test('at most 25 lines, none wider than the terminal, in a terminal of any width', () => {
  const isReadable = (report: AuditReport, width: number): void => {
    const lines = linesOf(report, width)
    assert.ok(lines.length <= verdictSize.lines, `${lines.length} lines:\n${lines.join('\n')}`)
    for (const line of lines) {
      assert.ok(graphemesOf(line).length <= Math.max(40, Math.min(width, verdictSize.width)), `${graphemesOf(line).length}: ${line}`)
      // oxlint-disable-next-line no-control-regex
      assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f]|\bNaN\b|\bundefined\b|\bInfinity\b|\[object/)
    }
  }
  for (const report of reports) for (const width of [1, 40, 60, 80, 100, 300]) isReadable(report, width)
  fc.assert(
    fc.property(randomReport, fc.integer({ min: 1, max: 200 }), (report, width) => isReadable(report, width)),
    { numRuns: 200 },
  )
})

test('levels that have no room are left out evenly, and elements by number', () => {
  const row = flightsReport.summary.staleness.find(({ levels }) => levels.length > 0)!
  const many = Array.from({ length: 40 }, (_, i) => ({ ...row, element: `group/g${i}`, name: `g${i}` }))
  const lines = linesOf({ ...flightsReport, summary: { ...flightsReport.summary, staleness: many } })
  assert.equal(lines.length, verdictSize.lines)
  assert.match(lines.join('\n'), /^… \d+ more in the report$/m)
})
