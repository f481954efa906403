import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import fastify, { type FastifyInstance } from 'fastify'
import { scratchFolder } from '../../../test/scratch.ts'
import { fraudPipeline, fraudHistory } from '../../../test/training/fraud-pipeline.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { closeDataFolder, openDataFolder } from '../../log/sqlite/data-folder.ts'
import { LiveRun } from '../../run/loop/live-run.ts'
import { putDriftState, type DriftState } from '../../training/registry/registry.ts'
import type { ModelVersion } from '../../training/registry/version.ts'
import { openRunControl, type OpenRunControl } from '../../operate/control/serve-control.ts'
import { operatorLogPath } from '../../operate/control/operator-log.ts'
import { servePlugin } from '../plugin.ts'

const HOUR = 3_600_000
const shop = fraudPipeline({ algorithm: 'logistic', promote: { metric: 'auc', atLeast: 0.55 } })

const drift: DriftState = {
  at: 1000,
  version: 1,
  rows: { reference: 2000, recent: 1500 },
  because: 'drift of n: PSI 0.31',
  trainings: 1,
  requestedAt: 1000,
}

let data: string
let running: LiveRun
let control: OpenRunControl
let app: FastifyInstance
before(async () => {
  data = scratchFolder('models')
  const folder = await openDataFolder(data)
  await folder.store.commit({ put: [putDriftState('fraud', drift)] })
  await closeDataFolder(folder)
  let [now, goesOn] = [0, false]
  running = await LiveRun.open(shop, data, { clock: () => (goesOn ? now++ : now) })
  app = fastify()
  control = openRunControl({ run: running.run, pipeline: shop, data })
  await app.register(servePlugin, { run: running.run, pipeline: shop, data, control })
  const { payments, chargebacks } = fraudHistory(14 * 24)
  const [first, last] = [payments[0].at, payments.at(-1)!.at]
  for (now = first; now <= last; now += 24 * HOUR)
    for (const [name, rows] of Object.entries({ payments, chargebacks }))
      await running.run.submit(name, recordBatchOf(rows.filter(({ at }) => at <= now && at > now - 24 * HOUR)))
  goesOn = true
})
after(async () => {
  await app.close()
  control.close()
  await running.stop()
})

const post = (url: string, payload?: object) => app.inject({ method: 'POST', url, ...(payload && { payload }) })
const scores = async () =>
  (await app.inject('/models')).json<{ models: { scores: number; rollback?: number; versions: ModelVersion[] }[] }>().models[0]

test('a model is trained on request, promoted by its rule, and rolled back', async () => {
  assert.deepEqual(await scores(), { model: 'fraud', scores: 0, drift, versions: [] })
  const answer = await post('/models/fraud/train')
  assert.equal(answer.statusCode, 200, answer.body)
  const version = answer.json<ModelVersion>()
  assert.deepEqual([version.number, version.state, version.why], [1, 'champion', 'demand'])
  const { versions, ...rest } = await scores()
  assert.deepEqual(rest, { model: 'fraud', scores: 1, drift, rollback: 0 })
  assert.deepEqual(versions, [version])
  const back = await post('/models/fraud/promote', { version: 'previous' })
  assert.deepEqual([back.statusCode, back.json()], [200, { model: 'fraud', scores: 0 }])
  const again = await post('/models/fraud/promote', { version: 1 })
  assert.deepEqual(again.json(), { model: 'fraud', scores: 1 })
  assert.deepEqual([(await scores()).scores, (await scores()).rollback], [1, 0])
  const { body } = await app.inject('/metrics')
  assert.match(body, /^spillway_model_version\{model="fraud"\} 1$/m)
  assert.match(body, /^spillway_model_metric\{model="fraud",metric="auc"\} 0\.\d+$/m)
  assert.match(body, /^spillway_model_drifted\{model="fraud"\} 1$/m)
  assert.match(body, /^spillway_model_training_failed\{model="fraud"\} 0$/m)
  assert.match(body, new RegExp(`^spillway_model_trained_seconds\\{model="fraud"\\} ${version.at / 1000}$`, 'm'))
  const audited = readFileSync(operatorLogPath(data), 'utf8')
  assert.match(audited, /"operator":"http","command":"models train","target":"fraud","outcome":"done","detail":"version 1: champion"/)
  assert.match(audited, /"command":"models rollback","target":"fraud","outcome":"done","detail":"version 0"/)
  assert.match(audited, /"command":"models promote","target":"fraud","outcome":"done","detail":"version 1"/)
})

test('the document describes the routes of a trained model', async () => {
  const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, unknown> }>()
  assert.deepEqual(
    Object.keys(paths).filter(path => path.startsWith('/models')),
    ['/models/fraud/train', '/models/fraud/promote', '/models'],
  )
})

test('impossible requests are errors with a reason', async () => {
  const rejected = async (answer: ReturnType<typeof post>, status: number, message: RegExp) => {
    const { statusCode, body } = await answer
    assert.equal(statusCode, status, body)
    assert.match(body, message)
  }
  await rejected(post('/models/fruad/train'), 404, /there is no model that is trained 'fruad'; did you mean 'fraud'\?/)
  await rejected(post('/models/fraud/promote', { version: 9 }), 409, /SPILL_PRECONDITION.*model 'fraud' has no version 9; there are 1/)
  await rejected(post('/models/fraud/promote', { version: -1 }), 400, /\\"version\\" is the number of a version, .*; got -1/)
  await rejected(post('/models/fraud/promote', [1]), 400, /a request is an object; got/)
  await rejected(app.inject('/models?model=nobody'), 404, /nobody/)
  assert.match(
    readFileSync(operatorLogPath(data), 'utf8'),
    /"command":"models promote","target":"fraud","outcome":"rejected","detail":"SPILL_PRECONDITION"/,
  )
})

test('in a new folder, training and rolling back are conflicts with a reason, as on the command line', async () => {
  let clock = 0
  const folder = scratchFolder('fresh')
  const fresh = await LiveRun.open(shop, folder, { clock: () => clock++ })
  const server = fastify()
  const changes = openRunControl({ run: fresh.run, pipeline: shop, data: folder })
  await server.register(servePlugin, { run: fresh.run, pipeline: shop, data: folder, control: changes })
  try {
    for (const [url, payload, code, message] of [
      ['/models/fraud/train', undefined, 'SPILL_TRAINING', /^the model has decided about nothing by /],
      [
        '/models/fraud/promote',
        { version: 'previous' },
        'SPILL_PRECONDITION',
        /^no version of model 'fraud' has been promoted: there is nothing/,
      ],
      ['/models/fraud/promote', { version: 0 }, undefined, undefined],
    ] as const) {
      const answer = await server.inject({ method: 'POST', url, ...(payload && { payload }) })
      const body = answer.json<{ code?: string; message: string }>()
      assert.deepEqual([answer.statusCode, body.code], [code === undefined ? 200 : 409, code], answer.body)
      if (message) assert.match(body.message, message)
    }
  } finally {
    await server.close()
    changes.close()
    await fresh.stop()
  }
})
