import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { flightsReport } from '../../test/audit/reports/flights.ts'
import { patientsReport } from '../../test/audit/reports/patients.ts'
import { reportPage } from './report/page/page.ts'
import { reportText } from './report/terminal/text.ts'
import { reportJson, writeAuditReport } from './write-report.ts'

let folder: string
beforeEach(() => {
  folder = scratchFolder('audit')
})

test('writes both files, creates the folder, and writes nothing else', () => {
  const out = join(folder, 'deep', 'audit')
  const paths = { json: join(out, 'audit.json'), page: join(out, 'audit.html') }
  assert.deepEqual(writeAuditReport(flightsReport, out), { ...paths, changes: undefined })
  assert.deepEqual(readdirSync(out).sort(), ['audit.html', 'audit.json'])
  assert.deepEqual(JSON.parse(readFileSync(join(out, 'audit.json'), 'utf8')), flightsReport)
  assert.equal(readFileSync(join(out, 'audit.html'), 'utf8'), reportPage(flightsReport))
})

test('replaces earlier files', () => {
  writeAuditReport(flightsReport, folder)
  writeAuditReport(patientsReport, folder)
  assert.equal((JSON.parse(readFileSync(join(folder, 'audit.json'), 'utf8')) as { pipeline: string }).pipeline, patientsReport.pipeline)
})

test('a report beside an earlier one of its pipeline and model comes with what changed', () => {
  const changesPath = join(folder, 'audit-changes.json')
  writeAuditReport(flightsReport, folder)
  utimesSync(join(folder, 'audit.json'), 1000, 1000)
  const recommendation = 'Stream all.'
  const { changes } = writeAuditReport({ ...flightsReport, summary: { ...flightsReport.summary, recommendation } }, folder)
  const text = `${recommendation} Before: ${flightsReport.summary.recommendation}`
  assert.deepEqual(changes, { since: 1_000_000, changes: [{ name: 'recommendation', text }] })
  assert.deepEqual(JSON.parse(readFileSync(changesPath, 'utf8')), changes)
  assert.equal(writeAuditReport(patientsReport, folder).changes, undefined, 'another pipeline')
  assert.ok(!existsSync(changesPath))
  for (const text of ['', '{}', 'null', JSON.stringify({ ...patientsReport, summary: {} })]) {
    writeFileSync(join(folder, 'audit.json'), text)
    assert.equal(writeAuditReport(patientsReport, folder).changes, undefined, text)
  }
})

test('reports a failed write, and leaves no partial file', () => {
  const file = join(folder, 'file')
  writeFileSync(file, 'mine')
  assert.throws(() => writeAuditReport(flightsReport, file), { code: 'SPILL_FILE', message: /is a file; name a folder/ })
  assert.throws(() => writeAuditReport(flightsReport, join(file, 'below')), { code: 'SPILL_FILE' })
  mkdirSync(join(folder, 'audit.html'))
  assert.throws(() => writeAuditReport(flightsReport, folder), { code: 'SPILL_FILE', message: /audit\.html is a folder/ })
  assert.deepEqual(readdirSync(folder).sort(), ['audit.html', 'audit.json', 'file'])
  assert.equal(readFileSync(file, 'utf8'), 'mine')
})

test('rejects a number that is not finite', () => {
  const broken = { ...flightsReport, utility: { ...flightsReport.utility, now: { ...flightsReport.utility.now, perWeek: NaN } } }
  for (const make of [reportJson, reportPage, reportText])
    assert.throws(() => make(broken), { code: 'SPILL_ASSERT', message: /^report\.utility\.now\.perWeek of the audit's report is NaN/ })
  const endless = { ...flightsReport, plans: { ...flightsReport.plans, net: { value: 1, low: -Infinity, high: 2 } } }
  assert.throws(() => writeAuditReport(endless, folder), { code: 'SPILL_ASSERT', message: /^report\.plans\.net\.low/ })
  assert.deepEqual(readdirSync(folder), [])
})
