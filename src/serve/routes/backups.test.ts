import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openBusyShop } from '../../../test/serve/busy-shop.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { BackupScheduler, backUpInThread, type BackupRecord } from '../../backup/index.ts'

const HOUR = 3_600_000

const shop = await openBusyShop('backups')
after(() => shop.close())
const { app, data, folder, metric } = shop
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
