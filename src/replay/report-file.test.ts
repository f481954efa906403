import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { Strings } from '../columns/strings.ts'
import type { ReportTable } from '../decision/report-rows.ts'
import type { ReportIR } from '../define/ir/ir.ts'
import { hashReportRows, reportName, reportPath, writeReportFile } from './report-file.ts'

const strings = new Strings()
const tableOf = (...keys: string[]): ReportTable => ({
  t: 0,
  columns: [{ name: 'key', type: 'string' }],
  strings,
  length: keys.length,
  values: [{ values: Int32Array.from(keys, key => strings.idOf(key)) }],
  live: keys.length,
  stale: false,
})
const zurich = { kind: 'cron', cron: '0 7 * * *', zone: 'Europe/Zurich' } as const
const hourly = { kind: 'interval', every: 3_600_000, phase: 0 } as const

test('a path has the local time of its schedule, and a report on request replaces no scheduled one', () => {
  const summer = Date.parse('2026-07-01T22:30:00Z')
  assert.equal(reportPath('lists/{date}.csv', zurich, summer, false), 'lists/2026-07-02.csv')
  assert.equal(reportPath('lists/{date}/{time}.csv', zurich, summer, false), 'lists/2026-07-02/00-30.csv')
  assert.equal(reportPath('{date}T{time}.csv', hourly, summer + 5000, false), '2026-07-01T22-30-05.csv')
  assert.equal(reportPath('lists/{date}.csv', zurich, summer + 5400, true), 'lists/2026-07-02T00-30-05.csv')
  assert.equal(reportPath('{date}T{time}.csv', zurich, summer, true), '2026-07-02T00-30-00.csv')
  assert.equal(reportPath('latest.csv', zurich, summer, true), 'latest.csv')
  const report = { name: 'r', at: zurich } as ReportIR
  assert.equal(reportName(report, summer), '2026-07-02T00-30.ndjson')
  assert.equal(reportName({ ...report, to: 'a.b/{date}.parquet' }, summer), '2026-07-02T00-30.parquet')
})

test('in the hour that occurs twice, the second report does not replace the first', () => {
  const hours = { kind: 'cron', cron: '0 * * * *', zone: 'Europe/Zurich' } as const
  const first = Date.parse('2026-10-25T00:00:00Z')
  const pathOf = (t: number, isOnRequest = false) => reportPath('{date}T{time}.csv', hours, t, isOnRequest)
  assert.deepEqual(
    [0, 1, 2].map(hour => pathOf(first + hour * 3_600_000)),
    ['2026-10-25T02-00.csv', '2026-10-25T02-00+0100.csv', '2026-10-25T03-00.csv'],
  )
  assert.equal(pathOf(first + 5_400_000 + 5000, true), '2026-10-25T02-30-05+0100.csv')
  const stJohns = { ...hours, zone: 'America/St_Johns' }
  const autumn = Date.parse('2026-11-01T03:30:00Z')
  assert.deepEqual(
    [0, 1].map(hour => reportName({ name: 'r', at: stJohns } as ReportIR, autumn + hour * 3_600_000)),
    ['2026-11-01T01-00.ndjson', '2026-11-01T01-00-0330.ndjson'],
  )
  const spring = Date.parse('2026-03-29T00:00:00Z')
  assert.deepEqual(
    [0, 1].map(hour => pathOf(spring + hour * 3_600_000)),
    ['2026-03-29T01-00.csv', '2026-03-29T03-00.csv'],
  )
})

test('a report replaces the previous one atomically, and its hash is returned', async () => {
  const folder = scratchFolder('report')
  for (const name of ['a.csv', 'a.ndjson', 'a.parquet']) {
    const path = join(folder, name)
    writeFileSync(path, 'what was before')
    const written = await writeReportFile(path, tableOf('x', 'y'))
    const bytes = readFileSync(path)
    assert.deepEqual(written, { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
  }
  assert.equal(readFileSync(join(folder, 'a.csv'), 'utf8'), 'key\nx\ny\n')
  assert.deepEqual(readdirSync(folder).sort(), ['a.csv', 'a.ndjson', 'a.parquet'])
})

test('an error names the final file, and the previous file remains', async () => {
  const folder = scratchFolder('report')
  await assert.rejects(writeReportFile(join(folder, 'no/a.csv'), tableOf('x')), {
    code: 'SPILL_FILE',
    message: /a\.csv cannot be written: its folder does not exist; make it/,
  })
  const path = join(folder, 'a.csv')
  writeFileSync(path, 'what was before')
  const broken = { ...tableOf('x'), values: [undefined as never] }
  await assert.rejects(writeReportFile(path, broken))
  assert.equal(readFileSync(path, 'utf8'), 'what was before')
  assert.deepEqual(readdirSync(folder), ['a.csv'])
})

test('the hash depends on the rows and their order', () => {
  assert.equal(hashReportRows(tableOf('a', 'b')), hashReportRows(tableOf('a', 'b')))
  assert.notEqual(hashReportRows(tableOf('a', 'b')), hashReportRows(tableOf('b', 'a')))
})
