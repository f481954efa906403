/** An audit of files beside a data folder: outcomes that the run could not see are of its own events, not of the events in the files. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AuditReport } from '../../src/audit/domain/audit-report.ts'
import { called } from './called.ts'
import { shopHistory } from './chargebacks.ts'
import { Project } from './project.ts'

const pipeline = `
import { action, answer, count, entity, features, labelFrom, linear, model, money, on, pipeline, source, stream, t, worth } from 'spillway'
const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, amount: t.double(), at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const chargebacks = source('chargebacks', { schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1d') }) })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, n: now.of(p.card).n }),
  score: linear({ intercept: 0, weights: { amount: 1 } }),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '2d', censoredBy: 'decline' }),
})
const decline = action('decline', { when: fraud.score.gt(50), reply: 'inline', do: answer({ decision: 'decline' }) })
export default pipeline('shop', [fraud, decline, worth(fraud, money({ saves: 50, wrong: 40 }))])
`
let project: Project

before(() => {
  const { payments, chargebacks } = shopHistory()
  project = new Project({
    'shop.ts': pipeline,
    'payments.ndjson': payments,
    'chargebacks.ndjson': chargebacks,
    'nothing.ndjson': '',
  })
})
after(() => project[Symbol.dispose]())

const sources = (chargebacks: string) => [
  '--source',
  `payments=${project.path('payments.ndjson')}`,
  '--source',
  `chargebacks=${project.path(chargebacks)}`,
]

async function censoredIn(...args: readonly string[]): Promise<number> {
  const more = ['--plans', '1', '--draws', '100', '--json', '--out', project.path('out')]
  const { status, out, err } = await called('audit', project.path('shop.ts'), ...args, ...more)
  assert.equal(status, 0, err)
  return (JSON.parse(out) as AuditReport).history.censored
}

test('outcomes that a run could not see are not missing in files that are audited beside its folder', async () => {
  const data = ['--data', project.path('data')]
  const ran = await called('run', project.path('shop.ts'), ...sources('nothing.ndjson'), ...data, '--once')
  assert.equal(ran.status, 0, ran.err)
  assert.equal(await censoredIn(...sources('chargebacks.ndjson'), ...data), 0)
})
