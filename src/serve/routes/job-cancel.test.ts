/** `POST /jobs/cancel`: batch runs, reports, trainings and reconciliations that are cancelled over HTTP while they run. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { endlessJobs } from '../../../test/serve/endless-jobs.ts'
import { posted } from '../../../test/serve/shop.ts'
import { openRunControl } from '../../operate/control/serve-control.ts'
import { operatorLogPath } from '../../operate/control/operator-log.ts'
import { serve } from '../server.ts'

const { data, running, pipeline, reconciling, begun } = await endlessJobs('jobs-cancel-http')
const control = openRunControl({
  run: running.run,
  pipeline,
  data,
  cancelReconciliation: () => reconciling.cancel('reconciliation'),
})
const app = serve({ run: running.run, pipeline, data, control, reconcile: () => reconciling.reconcile() })
after(async () => {
  await app.close()
  control.close()
  await Promise.all([running.stop(), reconciling.stop()])
})

interface Attempt {
  readonly number: number
  readonly state: string
  readonly error: string
}

const lastOf = async (url: string, list: 'runs' | 'reports'): Promise<Attempt> =>
  (await app.inject({ url })).json<Record<typeof list, Attempt[]>>()[list].at(-1)!

let jobs = 0
for (const [kind, name, path, attempt] of [
  ['batch-run', 'usual', '/groups/usual/runs', () => lastOf('/runs', 'runs')],
  ['report', 'list', '/reports/list', () => lastOf('/reports', 'reports')],
  [
    'training',
    'fraud',
    '/models/fraud/train',
    async () => (await app.inject({ url: '/models' })).json<{ models: { versions: Attempt[] }[] }>().models[0].versions.at(-1)!,
  ],
] as const)
  test(`a ${kind} is cancelled: its request fails, its ledger says so, and a second cancel fails`, async () => {
    const request = posted(app, path, {})
    await begun(++jobs)
    const answer = await posted(app, '/jobs/cancel', { kind, name })
    assert.deepEqual([answer.statusCode, answer.json()], [200, { cancelled: { kind, name } }])
    const { state, error } = await attempt()
    assert.deepEqual([state, error], ['failed', `the job '${name}' was cancelled`])
    const requested = await request
    assert.deepEqual([requested.statusCode, requested.json()], [409, { code: 'SPILL_CANCELLED', message: error }])
    const second = await posted(app, '/jobs/cancel', { kind, name })
    assert.deepEqual(
      [second.statusCode, second.json()],
      [409, { code: 'SPILL_PRECONDITION', message: `no ${kind} of '${name}' runs or waits to run; it has ended, or has not begun` }],
    )
    const log = readFileSync(operatorLogPath(data), 'utf8')
    assert.ok(log.includes(`"operator":"http","command":"jobs cancel","target":"${kind} ${name}","outcome":"done"`), log)
  })

test('a cancel with the number of an ended attempt fails, and the attempt that runs goes on', async () => {
  const request = posted(app, '/groups/usual/runs', {})
  await begun(++jobs)
  const { number, state } = await lastOf('/runs', 'runs')
  assert.equal(state, 'running')
  const cancel = (attempt: number) => posted(app, '/jobs/cancel', { kind: 'batch-run', name: 'usual', number: attempt })
  const stale = await cancel(number - 1)
  const message = `number ${number - 1} of the batch-run of 'usual' does not run, but ${number} does; nothing was cancelled`
  assert.deepEqual([stale.statusCode, stale.json()], [409, { code: 'SPILL_PRECONDITION', message }])
  assert.equal((await lastOf('/runs', 'runs')).state, 'running')
  assert.equal((await cancel(number)).statusCode, 200)
  assert.equal((await request).statusCode, 409)
})

for (const [kind, name, path, list] of [
  ['batch-run', 'usual', '/groups/usual/runs', 'runs'],
  ['report', 'list', '/reports/list', 'reports'],
] as const)
  test(`a cancel of a ${kind} with its number leaves the request for the next one`, async () => {
    const first = posted(app, path, {})
    await begun(++jobs)
    const { number } = await lastOf(`/${list}`, list)
    const second = posted(app, path, {})
    // A read after it: the request has come.
    await lastOf(`/${list}`, list)
    assert.equal((await posted(app, '/jobs/cancel', { kind, name, number })).statusCode, 200)
    assert.equal((await first).statusCode, 409)
    await begun(++jobs)
    const next = await lastOf(`/${list}`, list)
    assert.deepEqual([next.number, next.state], [number + 1, 'running'])
    assert.equal((await posted(app, '/jobs/cancel', { kind, name })).statusCode, 200)
    assert.equal((await second).statusCode, 409)
  })

test('a requested reconciliation is cancelled, and its request fails', async () => {
  const request = posted(app, '/reconciliations', {})
  await begun(++jobs)
  const answer = await posted(app, '/jobs/cancel', { kind: 'reconciliation' })
  assert.deepEqual([answer.statusCode, answer.json()], [200, { cancelled: { kind: 'reconciliation' } }])
  const requested = await request
  const message = "the job 'reconciliation' was cancelled"
  assert.deepEqual([requested.statusCode, requested.json()], [409, { code: 'SPILL_CANCELLED', message }])
})

test('a scheduled reconciliation is cancelled', async () => {
  assert.equal((await posted(app, '/jobs/cancel', { kind: 'reconciliation' })).statusCode, 409)
  reconciling.tick()
  const answer = await posted(app, '/jobs/cancel', { kind: 'reconciliation' })
  assert.deepEqual([answer.statusCode, answer.json()], [200, { cancelled: { kind: 'reconciliation' } }])
})

test('requests of jobs are answered once the jobs are stopped, and the run goes on', async () => {
  const requests = ['/groups/usual/runs', '/reports/list', '/models/fraud/train'].map(path => posted(app, path, {}))
  await begun((jobs += 3))
  await running.run.stopJobs()
  for (const answer of await Promise.all(requests))
    assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [503, 'SPILL_STOPPED'])
  const card = { id: '2', card: 'c', at: '2026-01-01T11:00:00Z' }
  assert.equal((await posted(app, '/sources/payments/events', card)).statusCode, 200)
  assert.equal((await posted(app, '/groups/usual/runs', {})).statusCode, 503)
})
