import assert from 'node:assert/strict'
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fraudReport } from '../../../test/audit/reports/fraud.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { open, posted, shop as pipeline } from '../../../test/serve/shop.ts'
import type { ReportChanges } from '../../audit/report/report-changes.ts'
import { writeAuditReport } from '../../audit/write-report.ts'
import { AuditJobs } from '../../operate/audit-jobs.ts'

const auditFolder = join(scratchFolder('served-audit'), 'audit')
const shop = await open({ auditFolder })
after(() => shop.close())
const { app } = shop

test('without a report both routes say how to make one', async () => {
  for (const url of ['/audit', '/audit/page']) {
    const { statusCode, body } = await app.inject({ url })
    assert.deepEqual([statusCode, /`spillway audit` writes one/.test(body)], [404, true], url)
  }
})

test('the report of the running pipeline is current, one of another version is not', async () => {
  writeAuditReport({ ...fraudReport, fingerprint: pipeline.fingerprint }, auditFolder)
  const { summary, isCurrent, writtenAt } = (await app.inject({ url: '/audit' })).json<{
    summary: { recommendation: string }
    isCurrent: boolean
    writtenAt: number
  }>()
  assert.deepEqual([summary.recommendation, isCurrent], [fraudReport.summary.recommendation, true])
  assert.ok(Number.isInteger(writtenAt))
  writeAuditReport(fraudReport, auditFolder)
  assert.equal((await app.inject({ url: '/audit' })).json<{ isCurrent: boolean }>().isCurrent, false)
})

test('a report has what changed since the one before', async () => {
  const changesOf = async () => (await app.inject({ url: '/audit' })).json<{ changes?: ReportChanges }>().changes
  rmSync(join(auditFolder, 'audit.json'))
  writeAuditReport(fraudReport, auditFolder)
  assert.equal(await changesOf(), undefined)
  writeAuditReport({ ...fraudReport, summary: { ...fraudReport.summary, recommendation: 'Stream it all.' } }, auditFolder)
  const found = await changesOf()
  assert.deepEqual(found?.changes, [{ name: 'recommendation', text: `Stream it all. Before: ${fraudReport.summary.recommendation}` }])
  assert.ok(found.since > 0)
})

test('a report is parsed again once its file has changed', async () => {
  const file = join(auditFolder, 'audit.json')
  const recommendation = async () =>
    (await app.inject({ url: '/audit' })).json<{ summary: { recommendation: string } }>().summary.recommendation
  const write = (text: string, seconds: number) => {
    writeFileSync(file, JSON.stringify({ fingerprint: 'x', summary: { recommendation: text } }))
    utimesSync(file, seconds, seconds)
  }
  write('keep', 1000)
  assert.equal(await recommendation(), 'keep')
  write('drop', 1000)
  assert.equal(await recommendation(), 'keep', 'a file of the same identity')
  write('drop', 1001)
  assert.equal(await recommendation(), 'drop')
  write('drops', 1001)
  assert.equal(await recommendation(), 'drops')
})

test('the page may run no script, whoever wrote the file', async () => {
  const { body, headers } = await app.inject({ url: '/audit/page' })
  assert.match(body, /^<!doctype html>/i)
  const policy = String(headers['content-security-policy'])
  assert.match(policy, /default-src 'none'.*frame-ancestors 'self'; sandbox$/)
  assert.doesNotMatch(policy, /script/)
})

test('a file that is no report is said', async () => {
  mkdirSync(auditFolder, { recursive: true })
  for (const text of ['{', '{}', 'null']) {
    writeFileSync(join(auditFolder, 'audit.json'), text)
    const { statusCode, body } = await app.inject({ url: '/audit' })
    assert.deepEqual([statusCode, /is no report/.test(body)], [404, true], text)
  }
})

test('a server that cannot start audits says so, and how to make a report', async () => {
  assert.deepEqual((await app.inject({ url: '/audit/job' })).json(), { models: [], canStart: false })
  const { statusCode, body } = await posted(app, '/audit', {})
  assert.deepEqual([statusCode, /run `spillway audit --data DIR`/.test(body)], [400, true])
})

test('an audit is refused without a label', async () => {
  const other = await open({ audits: new AuditJobs([process.execPath, '-e', '']) })
  const { statusCode, body } = await posted(other.app, '/audit', {})
  assert.deepEqual([statusCode, /no model has a label/.test(body)], [409, true])
  await other.close()
})
