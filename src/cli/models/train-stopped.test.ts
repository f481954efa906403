/** `spillway train` with an external trainer, interrupted as by a terminal: only `spillway train` gets the signal. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { Project } from '../../../test/cli/project.ts'
import { fraudHistory } from '../../../test/training/fraud-pipeline.ts'
import { pause } from '../../base/clock.ts'

const pipeline = `import { entity, external, labelFrom, model, on, pipeline, source, t } from 'spillway'
const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.double().nullable(), shop: t.int(), at: t.timestamp() }, key: 'card', time: 'at', id: 'id',
})
const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at',
})
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount }),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '2d' }),
  train: { algorithm: external({ command: process.execPath, args: ['train.mjs'] }) },
})
export default pipeline('shop', [fraud])
`
const trainer = `import fs from 'node:fs'
setTimeout(() => {}, 60_000)
fs.writeFileSync('told.part', process.pid + ' ' + process.argv[2])
fs.renameSync('told.part', 'told')
`

test('an interrupt also ends the trainer and deletes its folder', async () => {
  const { payments, chargebacks } = fraudHistory(20 * 24)
  const text = (rows: readonly object[]) => rows.map(row => JSON.stringify(row)).join('\n')
  using project = new Project({
    'pipeline.ts': pipeline,
    'train.mjs': trainer,
    'payments.ndjson': text(payments),
    'chargebacks.ndjson': text(chargebacks),
  })
  const bin = resolve(import.meta.dirname, '../bin.ts')
  const files = ['payments', 'chargebacks'].flatMap(name => ['--source', `${name}=${name}.ndjson`])
  const args = ['-C', 'spillway-source', bin, 'train', 'pipeline.ts', ...files]
  const child = spawn(process.execPath, args, { cwd: project.folder, stdio: ['ignore', 'ignore', 'pipe'] })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
  const exited = once(child, 'exit')
  for (let tries = 0; tries < 3000 && !existsSync(project.path('told')) && child.exitCode === null; tries++) await pause(10)
  assert.ok(existsSync(project.path('told')), output)
  const [pid, input] = readFileSync(project.path('told'), 'utf8').split(' ')
  child.kill('SIGINT')
  assert.deepEqual(await exited, [1, null])
  assert.match(output, /SPILL_TRAINING: the trainer '.*train\.mjs' was ended, since whoever had it train was stopped/)
  assert.throws(() => process.kill(Number(pid), 0), { code: 'ESRCH' })
  assert.ok(!existsSync(input))
})
