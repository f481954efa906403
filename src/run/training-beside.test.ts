import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { DAY, stolen, stolenHistory } from '../../test/training/stolen.ts'
import { pause } from '../base/clock.ts'
import { batchOf } from '../intake/batch.ts'
import { readFolder } from '../log/sqlite/data-folder.ts'
import { versionOf } from '../training/registry/registry.ts'
import { Running } from './running.ts'
import { judgeShadow } from './shadow-job.ts'
import { trainBeside } from './training-beside.ts'
import { trainFromLog, type TrainingJob } from './training-job.ts'

const shop = stolen({ algorithm: 'trees', rounds: 10, promote: { metric: 'auc', shadow: '2d' } })
const { payments, chargebacks } = stolenHistory(24 * 24)
const [begun] = payments.map(({ at }) => at)

let folder: string
let running: Running
let now = begun
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-beside-'))
  running = await Running.open(shop, folder, { clock: () => now++ })
})
after(async () => {
  await running.stop()
  rmSync(folder, { recursive: true })
})

async function send(from: number, to: number): Promise<void> {
  for (let day = from; day < to; day++) {
    now = begun + (day + 1) * DAY
    for (const [name, rows] of Object.entries({ payments, chargebacks }))
      await running.run.submit(name, batchOf(rows.filter(({ at }) => at > begun + day * DAY && at <= begun + (day + 1) * DAY)))
  }
}

const never = new AbortController().signal

test('in threads of their own a model is trained, challenged and judged as it is here', async () => {
  await send(0, 12)
  assert.equal((await running.run.train('fraud')).state, 'champion')
  await send(12, 16)
  const second = await running.run.train('fraud')
  const reader = readFolder(folder)
  const job: TrainingJob = { ir: shop.ir, model: 'fraud', at: second.at, cut: second.cut!, champion: undefined }
  const { champion: _champion, ...report } = second.trained!
  assert.deepEqual((await trainFromLog(reader, job)).report, report)
  assert.deepEqual((await trainBeside(join(folder, 'log.db'))(job, never)).report, report)
  // Whether its rule was met is up to the events.
  assert.equal(second.state, 'challenger', second.verdict)
  await send(16, 24)
  while (versionOf(reader, 'fraud', 2)!.shadowed === undefined) await pause(5)
  const { shadowed } = versionOf(reader, 'fraud', 2)!
  const { from, to } = shadowed!
  const [challenge] = JSON.parse(reader.get('challenges/fraud')!) as [{ entry: number }]
  const { entry } = challenge
  assert.deepEqual(judgeShadow(reader, { ir: shop.ir, model: 'fraud', version: 2, entry, from, to, at: to + 2 * DAY }), shadowed)
  reader.close()
})

test('what fails in the thread is told, with its code, and an end stops it', async () => {
  const job: TrainingJob = { ir: shop.ir, model: 'fraud', at: begun, cut: 1, champion: undefined }
  await assert.rejects(trainBeside(join(folder, 'none.db'))(job, never), { code: 'SPILL_STORE' })
  await assert.rejects(trainBeside(join(folder, 'log.db'))({ ...job, at: begun - 1 }, never), {
    code: 'SPILL_TRAINING',
    message: /no decision whose label is settled/,
  })
  await assert.rejects(trainBeside(join(folder, 'log.db'))(job, AbortSignal.abort()), { code: 'SPILL_STOPPED' })
})
