import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { DAY, fraudPipeline, fraudHistory } from '../../../test/training/fraud-pipeline.ts'
import { pause } from '../../base/clock.ts'
import { external } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { readDataFolder } from '../../log/sqlite/data-folder.ts'
import { versionOf } from '../../training/registry/registry.ts'
import { LiveRun } from '../loop/live-run.ts'
import { evaluateChallenger } from './challenger-job.ts'
import { checkDrift } from './drift-job.ts'
import { modelJobsInThread } from './training-worker.ts'
import { trainFromLog, type TrainingJob } from './training-job.ts'

const shop = fraudPipeline({ algorithm: 'trees', rounds: 10, promote: { metric: 'auc', shadow: '2d' } })
const { payments, chargebacks } = fraudHistory(24 * 24)
const [begun] = payments.map(({ at }) => at)

let folder: string
let running: LiveRun
let now = begun
before(async () => {
  folder = scratchFolder('beside')
  running = await LiveRun.open(shop, folder, { clock: () => now++ })
})
after(async () => {
  await running.stop()
})

async function send(from: number, to: number): Promise<void> {
  for (let day = from; day < to; day++) {
    now = begun + (day + 1) * DAY
    for (const [name, rows] of Object.entries({ payments, chargebacks }))
      await running.run.submit(name, recordBatchOf(rows.filter(({ at }) => at > begun + day * DAY && at <= begun + (day + 1) * DAY)))
  }
}

const never = new AbortController().signal

test('a thread trains, challenges and evaluates as this thread does', async () => {
  await send(0, 12)
  assert.equal((await running.run.train('fraud')).state, 'champion')
  await send(12, 16)
  const second = await running.run.train('fraud')
  const reader = readDataFolder(folder)
  const job: TrainingJob = { ir: shop.ir, model: 'fraud', at: second.at, cut: second.cut!, champion: undefined }
  const { champion: _champion, ...report } = second.trained!
  assert.deepEqual((await trainFromLog(reader, job)).report, report)
  assert.deepEqual((await modelJobsInThread(join(folder, 'log.db')).train(job, never)).report, report)
  // The events decide if it meets its rule.
  assert.equal(second.state, 'challenger', second.verdict)
  await send(16, 24)
  while (versionOf(reader, 'fraud', 2)!.shadowed === undefined) await pause(5)
  const { shadowed } = versionOf(reader, 'fraud', 2)!
  const { from, to } = shadowed!
  const [challenge] = JSON.parse(reader.get('challenges/fraud')!) as [{ entry: number }]
  const { entry } = challenge
  assert.deepEqual(evaluateChallenger(reader, { ir: shop.ir, model: 'fraud', version: 2, entry, from, to, at: to + 2 * DAY }), shadowed)
  reader.close()
})

test('a drift check in a thread gives the same result', async () => {
  const [model] = shop.ir.models
  const metric = { metric: 'auc', bound: 0.99 } as const
  const orWhen = { kind: 'drift', look: DAY, recent: 7 * DAY, psi: 0.2, ks: 0.2, nulls: 0.1, rows: 20, metric } as const
  const ir = { ...shop.ir, models: [{ ...model, train: { ...model.train!, orWhen } }] }
  const job = { ir, model: 'fraud', version: 1, at: begun + 22 * DAY }
  const reader = readDataFolder(folder)
  const result = checkDrift(reader, job)
  reader.close()
  // The version was trained before drift was checked; its quality can be measured all the same.
  assert.equal(result.silent, 'version 1 has no summary of its training data: train another version')
  assert.match(result.because!, /^auc of \d+ settled decisions is 0\.\d{4}, below 0\.9900$/)
  assert.deepEqual(await modelJobsInThread(join(folder, 'log.db')).checkDrift(job, never), result)
})

test('a failure in the thread is reported with its code, and an abort stops it', async () => {
  const job: TrainingJob = { ir: shop.ir, model: 'fraud', at: begun, cut: 1, champion: undefined }
  await assert.rejects(modelJobsInThread(join(folder, 'none.db')).train(job, never), { code: 'SPILL_STORE' })
  await assert.rejects(modelJobsInThread(join(folder, 'log.db')).train({ ...job, at: begun - 1 }, never), {
    code: 'SPILL_TRAINING',
    message: /the model has decided about nothing by 2026-/,
  })
  await assert.rejects(modelJobsInThread(join(folder, 'log.db')).train(job, AbortSignal.abort()), { code: 'SPILL_STOPPED' })
})

test('a trainer command runs in the thread too, and ends with its caller', async () => {
  const [model] = shop.ir.models
  const by = (program: string): TrainingJob => {
    const algorithm = external({ command: process.execPath, args: ['-e', `const fs = require('node:fs'); ${program}`] })
    const ir = { ...shop.ir, models: [{ ...model, train: { ...model.train!, algorithm, options: {} } }] }
    return { ir, model: 'fraud', at: begun + 12 * DAY, cut: running.run.end, champion: undefined }
  }
  const left = { kind: 'logistic', intercept: -1, weights: { amount: { weight: 0.01, ifNull: 0 } } }
  const leaves = `fs.writeFileSync(process.argv[2] + '/model.json', ${JSON.stringify(JSON.stringify(left))}); fs.writeFileSync(process.argv[2] + '/metrics.json', '{}')`
  const { score, report } = await modelJobsInThread(join(folder, 'log.db')).train(by(leaves), never)
  assert.deepEqual(score, { kind: 'logistic', intercept: -1, terms: [{ input: 'amount', weight: 0.01, ifNull: 0 }] })
  assert.ok(report.metrics.auc! > 0.6)

  const pidFile = join(folder, 'pid')
  const stopping = new AbortController()
  const hangs = by(`fs.writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`)
  const stopped = assert.rejects(modelJobsInThread(join(folder, 'log.db')).train(hangs, stopping.signal))
  while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await pause(5)
  stopping.abort()
  await stopped
  const pid = Number(readFileSync(pidFile, 'utf8'))
  const isThere = () => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  for (let i = 0; i < 400 && isThere(); i++) await pause(5)
  assert.ok(!isThere(), `process ${pid} is still there`)
})
