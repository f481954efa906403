/** Scheduled backups of runs without the command line, and the alert of those that fail. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fastify from 'fastify'
import { spillway } from 'spillway/embed'
import { run } from 'spillway/run'
import { memoryReceiver } from '../../test/monitor/notifiers.ts'
import { scratchFolder } from '../../test/scratch.ts'
import { payments, shop, start } from '../../test/serve/shop.ts'
import { backupNames, type BackupRecord, BackupScheduler, openTarget, verifyBackups } from '../backup/index.ts'
import { pause } from '../base/clock.ts'
import { openFolder } from '../operate/folder.ts'
import { connectControl } from '../operate/control/open-control.ts'
import { LiveRun } from '../run/loop/live-run.ts'
import type { BackupProblems } from '../monitor/alerts/backup-condition.ts'
import { startMonitoring } from '../monitor/start-monitoring.ts'

const pay = { id: '1', card: 'c', amount: 1.5, at: Date.now() }

async function until<T>(value: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const present = await value()
    if (present !== undefined) return present
    await pause(20)
  }
}

test('run() makes backups on a schedule, and an operator may cancel one', async () => {
  const [data, to] = [scratchFolder('backed-up'), scratchFolder('backed-up-target')]
  const running = await run(shop, { data, backup: { to, keep: 3 } })
  await running.submit(payments, [pay])
  const done = await until(() => {
    const folder = openFolder(data)
    try {
      return folder.backups.last()
    } finally {
      folder.close()
    }
  })
  assert.equal(done.state, 'done')
  const control = await connectControl(data)
  await assert.rejects(control.cancelJob({ kind: 'backup' }, 'cli:ann'), { code: 'SPILL_PRECONDITION' }, 'none is under way')
  await running.stop()
  const target = openTarget(to, {})
  const names = await backupNames(target)
  assert.equal(names.length, 1)
  for await (const { problems } of verifyBackups(target, names)) assert.deepEqual(problems, [])
  await target.close()
})

test('an embedded run makes backups and lists them', async () => {
  const [data, to] = [scratchFolder('backed-up'), scratchFolder('backed-up-target')]
  const app = fastify({ forceCloseConnections: true })
  await app.register(spillway, { pipeline: shop, data, backup: { to } })
  await app.ready()
  const { backups } = await until(async () => {
    const answer = (await app.inject('/spillway/backups')).json<{ backups: BackupRecord[] }>()
    return answer.backups[0]?.state === 'done' ? answer : undefined
  })
  assert.equal(backups[0].to, to)
  await app.close()
})

test('wrong settings of backups are rejected before the folder is opened', async () => {
  const data = scratchFolder('backed-up')
  const file = join(scratchFolder('backed-up-target'), 'file')
  writeFileSync(file, '')
  const cases: [unknown, RegExp][] = [
    [{ to: 3 }, /backup\.to is a folder, or s3:\/\/BUCKET\/PREFIX, got 3/],
    [{ to: 'b', every: '1h' }, /backup has no option 'every'/],
    [{ to: 'b', schedule: 'later' }, /backup\.schedule: 'later' is no cron/],
    [{ to: 'b', keep: 'all' }, /'all' does not say which backups to keep/],
    [{ to: 'b', keep: 0 }, /backup\.keep/],
  ]
  for (const [backup, message] of cases) await assert.rejects(run(shop, { data, backup: backup as never }), { message })
})

/** A run with monitoring of backups, and a clock that the test moves. */
async function monitored<B extends BackupProblems>(backupsOf: (store: LiveRun['folder']['store'], clock: () => number) => B) {
  let now = start
  const data = scratchFolder('backed-up')
  const live = await LiveRun.open(shop, data, { clock: () => now })
  const hook = memoryReceiver()
  const backups = backupsOf(live.folder.store, () => now)
  const monitor = startMonitoring(live, {
    pipeline: shop,
    data,
    backups,
    clock: () => now,
    after: () => ({ stop: () => {} }),
    onReport: () => {},
    alertReceivers: [hook.opened()],
  })
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds; i += 10) {
      now += 10_000
      await monitor.sample()
    }
  }
  return { live, data, hook, monitor, backups, pass }
}

test('a backup that does not end opens a ticket', async () => {
  const backUp = (_job: unknown, signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))
  const { live, monitor, backups, pass } = await monitored((store, clock) => {
    const schedule = { kind: 'interval', every: 600_000, phase: 0 } as const
    return new BackupScheduler({ folder: 'data', to: '/mnt/nfs', keep: undefined, store, schedule, clock, backUp, onReport: () => {} })
  })
  backups.tick()
  await pass(1100)
  assert.equal(monitor.alerts.length, 0)
  await pass(900)
  assert.deepEqual(
    monitor.alerts.map(({ cause, severity }) => [cause, severity]),
    [['backup', 'ticket']],
  )
  assert.match(monitor.alerts[0].summary, /^backup 1 to \/mnt\/nfs began at .*Z and has not ended; if its target hangs: spillway jobs/)
  await backups.stop()
  await live.stop()
})

test('a backup that fails opens a ticket, and the next one that succeeds resolves it', async () => {
  const problems: { failure: string | undefined } = { failure: undefined }
  const { live, data, hook, monitor, backups, pass } = await monitored(() => problems)
  await pass(60)
  assert.equal(monitor.alerts.length, 0)
  backups.failure = 'the bucket rejects the key'
  await pass(60)
  const [{ cause, severity, summary, runbook, command }] = monitor.alerts
  assert.deepEqual(
    [cause, severity, summary, runbook, command],
    [
      'backup',
      'ticket',
      'the last scheduled backup failed: the bucket rejects the key',
      'docs/guides/alerts.md#backup',
      `spillway inspect --data ${data}`,
    ],
  )
  backups.failure = undefined
  await pass(400)
  assert.equal(monitor.alerts[0].state, 'resolved')
  assert.deepEqual(hook.kinds(), ['opened', 'resolved'])
  await live.stop()
})
