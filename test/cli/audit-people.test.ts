/** `spillway audit --data` counts the pages of the run in place of the presets, once it has judged alerts for 28 days. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { AuditReport } from '../../src/audit/domain/audit-report.ts'
import { closeDataFolder, openDataFolder, readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import type { Alert } from '../../src/monitor/alerts/alert.ts'
import { putAlert, recordedAlertsSince } from '../../src/monitor/alerts/alert-store.ts'
import { shopHistory } from './chargebacks.ts'
import { called } from './called.ts'
import { Project } from './project.ts'

const pipeline = `
import { count, entity, features, labelFrom, linear, model, money, on, pipeline, source, stream, t, worth } from 'spillway'
const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, amount: t.double(), at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const chargebacks = source('chargebacks', { schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1d') }) })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, n: now.of(p.card).n }),
  score: linear({ intercept: 0, weights: { amount: 1 } }),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '2d' }),
})
export default pipeline('shop', [fraud, worth(fraud, money({ saves: 50, wrong: 40, budget: '10%' }))])
`
const DAY = 86_400_000
let project: Project
let data: string

before(async () => {
  const { payments, chargebacks } = shopHistory()
  project = new Project({ 'shop.ts': pipeline, 'payments.ndjson': payments, 'chargebacks.ndjson': chargebacks })
  data = project.path('data')
  const files = ['payments', 'chargebacks'].flatMap(name => ['--source', `${name}=${project.path(`${name}.ndjson`)}`])
  const { status, err } = await called('replay', project.path('shop.ts'), ...files, '--log', data, '--show', '0')
  assert.equal(status, 0, err)
})
after(() => project[Symbol.dispose]())

/** The line of the pages in the audit of the folder. */
async function pagesLine() {
  const out = project.path('out')
  const { status, err } = await called('audit', project.path('shop.ts'), '--data', data, '--plans', '1', '--draws', '100', '--out', out)
  assert.equal(status, 0, err)
  const { costs } = JSON.parse(readFileSync(project.path('out/audit.json'), 'utf8')) as AuditReport
  assert.ok('now' in costs, JSON.stringify(costs))
  return costs.now.lines.find(({ of, title }) => of === 'people' && title.startsWith('pages'))!
}

test('pages that the run has timed over 28 days are measured; without them the presets are assumed', async () => {
  assert.equal((await pagesLine()).basis, 'modelled')
  const reader = readDataFolder(data)
  const last = reader.lastSegment()!.arrival
  reader.close()
  const since = last - 28 * DAY
  const page: Alert = {
    id: 'lag-payments-1',
    cause: 'lag',
    subject: { kind: 'source', name: 'payments' },
    severity: 'page',
    state: 'resolved',
    opened: since + DAY,
    resolved: since + DAY + 5_400_000,
    outcome: { kind: 'acted', minutes: 90, by: 'ann', at: since + 2 * DAY },
  } as Alert
  const folder = await openDataFolder(data)
  await folder.store.commit({ put: [...recordedAlertsSince(folder.store, since), ...putAlert({ number: 1, alert: page })] })
  await closeDataFolder(folder)
  const { basis, arithmetic } = await pagesLine()
  assert.equal(basis, 'measured')
  assert.match(arithmetic, /^1 incidents and 0 false pages in 28 days, 1\.5 h, × 365 \/ 28/)
})
