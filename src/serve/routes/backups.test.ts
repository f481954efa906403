import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fastify, { type FastifyInstance } from 'fastify'
import { scratchFolder } from '../../../test/scratch.ts'
import { BackupScheduler, backUpInThread, type BackupRecord } from '../../backup/index.ts'
import { count, entity, features, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import { openDataFolder, type DataFolder } from '../../log/sqlite/data-folder.ts'
import { LiveRun } from '../../run/loop/live-run.ts'
import { servePlugin } from '../plugin.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const busy = model('busy', { decide: on(payments), inputs: p => now.of(p.card), score: linear({ intercept: 0, weights: { n: 1 } }) })
const shop = pipeline('shop', [busy])
const HOUR = 3_600_000

let data: string
let folder: DataFolder
let running: LiveRun
let app: FastifyInstance
before(async () => {
  data = scratchFolder('backups')
  folder = await openDataFolder(data)
  running = await LiveRun.inFolder(folder, shop)
  app = fastify()
  await app.register(servePlugin, { run: running.run, pipeline: shop, data })
})
after(async () => {
  await app.close()
  await running.stop()
})

const metric = async (name: string): Promise<string[]> =>
  (await app.inject('/metrics')).body.split('\n').filter(line => line.startsWith(name))
const listed = async (): Promise<BackupRecord[]> => (await app.inject('/backups')).json<{ backups: BackupRecord[] }>().backups

test('scheduled backups are listed and measured, and a failure shows until one succeeds', async () => {
  assert.deepEqual(await listed(), [])
  assert.deepEqual(await metric('spillway_backup_'), [])
  const target = join(data, '..', 'backups-target')
  let clock = HOUR + 1
  let to = join(data, 'log.db')
  const backups = new BackupScheduler({
    folder: data,
    to: target,
    store: folder.store,
    schedule: { kind: 'interval', every: HOUR, phase: 0 },
    clock: () => clock,
    backUp: (job, signal) => backUpInThread({ ...job, to }, signal),
    onReport: () => {},
  })
  backups.tick()
  await backups.idle()
  assert.match((await listed())[0].error!, /log\.db is not a folder/)
  assert.deepEqual(await metric('spillway_backup_failed'), ['spillway_backup_failed 1'])
  to = scratchFolder('backups-target')
  clock += HOUR
  backups.tick()
  await backups.idle()
  const [failed, done] = await listed()
  assert.deepEqual([failed.state, done.state, done.to], ['failed', 'done', target])
  assert.deepEqual(await metric('spillway_backup_failed'), ['spillway_backup_failed 0'])
  assert.deepEqual(await metric('spillway_backup_last_seconds'), [`spillway_backup_last_seconds ${done.done!.at / 1000}`])
})
