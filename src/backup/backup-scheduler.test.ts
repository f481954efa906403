import assert from 'node:assert/strict'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ModelStore } from '../../test/crash/model-store.ts'
import { scratchFolder } from '../../test/scratch.ts'
import { callAfter, pause, SpillwayError } from '../base/index.ts'
import { closeDataFolder, openDataFolder } from '../log/sqlite/index.ts'
import { backUpFolder } from './backup.ts'
import { backUpInThread, type BackUpInThread, type BackupJob, type BackupJobResult } from './backup-job.ts'
import { backupRecordsIn, lastBackup } from './backup-ledger.ts'
import { BackupScheduler } from './backup-scheduler.ts'
import { backupNames } from './manifest.ts'
import { FolderTarget } from './target/folder-target.ts'

const HOUR = 3_600_000
const scratch = scratchFolder('backup-scheduler')
const result = (end: number): BackupJobResult => ({
  backup: `b${end}`,
  at: end,
  end,
  bytes: 1,
  copied: 1,
  stored: 1,
  seconds: 1,
  expired: 0,
})

/** A backup that ends only by an abort. */
const hanging: BackUpInThread = (_, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new SpillwayError('SPILL_STOPPED', 'stopped'))))

class Scheduled {
  readonly store = new ModelStore(undefined, true)
  readonly reports: string[] = []
  readonly jobs: BackupJob[] = []
  now = 100 * HOUR + 1
  next: BackUpInThread = () => Promise.resolve(result(1))
  readonly folder: string
  readonly to: string
  backups: BackupScheduler

  constructor(folder = 'data', to = 's3://flow/a?endpoint=http://host') {
    this.folder = folder
    this.to = to
    this.backups = this.opened()
  }

  opened(): BackupScheduler {
    return new BackupScheduler({
      folder: this.folder,
      to: this.to,
      keep: { backups: 3 },
      store: this.store,
      schedule: { kind: 'interval', every: HOUR, phase: 0 },
      clock: () => this.now,
      backUp: (job, signal) => {
        this.jobs.push(job)
        return this.next(job, signal)
      },
      onReport: report => void this.reports.push(report),
    })
  }

  async tick(): Promise<void> {
    this.backups.tick()
    await pause(1)
  }

  /** Ends the attempt that is due. */
  async attempt(): Promise<void> {
    this.backups.tick()
    await this.backups.idle()
  }

  get states(): string[] {
    return backupRecordsIn(this.store).map(({ number, state, done, error }) => `${number} ${state} ${done?.backup ?? error ?? ''}`.trim())
  }
}

test('the first backup is made at once, then each at its time; what was missed, once', async () => {
  const scheduled = new Scheduled()
  await scheduled.tick()
  await scheduled.tick()
  assert.deepEqual([...scheduled.jobs], [{ folder: 'data', to: 's3://flow/a?endpoint=http://host', keep: { backups: 3 } }])
  scheduled.now += HOUR
  await scheduled.tick()
  assert.equal(scheduled.jobs[1].previous, 'b1')
  scheduled.backups = scheduled.opened()
  await scheduled.tick()
  assert.equal(scheduled.jobs.length, 2, 'a start is no time of the schedule')
  scheduled.now += 5 * HOUR
  await scheduled.tick()
  await scheduled.tick()
  assert.deepEqual(scheduled.states, ['1 done b1', '2 done b1', '3 done b1'])
  const { to, done } = lastBackup(scheduled.store)!
  assert.deepEqual([to, done.backup], ['s3://flow/a', 'b1'])
})

test('a failure is reported, recorded, and tried again after a delay; then all is well', async () => {
  const scheduled = new Scheduled()
  scheduled.next = () => Promise.reject(new SpillwayError('SPILL_BACKUP', 's3://flow/a cannot be reached'))
  await scheduled.tick()
  await scheduled.tick()
  assert.equal(scheduled.jobs.length, 1, 'not before the delay')
  assert.deepEqual(scheduled.reports, ['backup 1 to s3://flow/a failed, and it is tried again: s3://flow/a cannot be reached'])
  assert.equal(scheduled.backups.failure, 's3://flow/a cannot be reached')
  scheduled.now += 1000
  await scheduled.tick()
  assert.equal(scheduled.jobs.length, 2)
  scheduled.next = () => Promise.resolve(result(7))
  scheduled.now += 2000
  await scheduled.tick()
  assert.equal(scheduled.backups.failure, undefined)
  assert.deepEqual(scheduled.states, ['1 failed s3://flow/a cannot be reached', '2 failed s3://flow/a cannot be reached', '3 done b7'])
})

test('a backup whose older ones could not be deleted is finished, and the problem is reported', async () => {
  const scheduled = new Scheduled()
  scheduled.next = () => Promise.resolve({ ...result(4), pruneProblem: 'older backups were not deleted: s3://flow/a rejected DELETE' })
  await scheduled.tick()
  scheduled.now += 1000
  await scheduled.tick()
  assert.equal(scheduled.jobs.length, 1)
  assert.deepEqual(scheduled.states, ['1 done b4'])
  assert.equal(scheduled.backups.failure, undefined)
  assert.deepEqual(scheduled.reports, [
    'backup 1 to s3://flow/a is finished, but older backups were not deleted: s3://flow/a rejected DELETE',
  ])
})

test('a cancelled backup waits for its next time, and one that a stop ends is made by the next process', async () => {
  const scheduled = new Scheduled()
  scheduled.next = hanging
  await scheduled.tick()
  assert.equal(await scheduled.backups.cancel('backup'), true)
  await scheduled.tick()
  assert.deepEqual(scheduled.states, ["1 failed the job 'backup' was cancelled"])
  scheduled.now += HOUR
  await scheduled.tick()
  await scheduled.backups.stop()
  assert.deepEqual(scheduled.states.slice(1), ['2 broken off'])
  scheduled.next = () => Promise.resolve(result(2))
  scheduled.backups = scheduled.opened()
  await scheduled.tick()
  assert.deepEqual(scheduled.states.slice(1), ['2 broken off', '3 done b2'])
})

test('a backup that its process did not end is marked by the next process, before another is due', async () => {
  const scheduled = new Scheduled()
  await scheduled.tick()
  scheduled.now += HOUR
  scheduled.next = hanging
  await scheduled.tick()
  scheduled.now -= HOUR
  scheduled.backups = scheduled.opened()
  await scheduled.tick()
  assert.deepEqual(scheduled.states, ['1 done b1', '2 broken off'])
})

test('a backup stalls once it takes longer than two periods and twice the last one', async () => {
  const scheduled = new Scheduled()
  scheduled.next = () => {
    scheduled.now += 3 * HOUR
    return Promise.resolve(result(1))
  }
  await scheduled.tick()
  scheduled.now += HOUR
  scheduled.next = hanging
  await scheduled.tick()
  scheduled.now += 6 * HOUR
  assert.equal(scheduled.backups.stall, undefined)
  scheduled.now += 1
  assert.equal(
    scheduled.backups.stall,
    'backup 2 to s3://flow/a began at 1970-01-05T08:00:00.001Z and has not ended; if its target hangs: spillway jobs cancel backup',
  )
  assert.equal(scheduled.opened().stall, undefined, 'an attempt of an earlier process')
  assert.equal(await scheduled.backups.cancel('backup'), true)
  assert.equal(scheduled.backups.stall, undefined)
})

test('a target that has lost its backups is not a new one: its disk may not be mounted', async () => {
  const [data, to] = [join(scratch, 'mounted-data'), join(scratch, 'mounted')]
  const folder = await openDataFolder(data)
  await folder.store.commit({ put: [['a', 'b']] })
  const scheduled = new Scheduled(data, to)
  scheduled.next = backUpInThread
  await scheduled.attempt()
  const { done } = lastBackup(scheduled.store)!
  rmSync(to, { recursive: true })
  scheduled.now += HOUR
  await scheduled.attempt()
  assert.deepEqual(scheduled.states.slice(1), [
    `2 failed ${to} has no backups, though ${done.backup} was made there; is it mounted? To begin anew: spillway backup ${to}`,
  ])
  assert.ok(!existsSync(to))
  const { backup } = await backUpFolder(data, new FolderTarget(to))
  scheduled.now += 1000
  await scheduled.attempt()
  assert.equal(lastBackup(scheduled.store)!.done.base, backup)
  await closeDataFolder(folder)
})

test('a thread backs up and deletes; an abort ends it at any time, and errors keep their codes', async () => {
  const data = join(scratch, 'data')
  const to = join(scratch, 'target')
  const folder = await openDataFolder(data)
  await folder.store.commit({ put: [['a', 'b']] })
  const signal = new AbortController().signal
  const first = await backUpInThread({ folder: data, to, keep: { backups: 1 } }, signal)
  assert.equal(first.expired, 0)
  const second = await backUpInThread({ folder: data, to, keep: { backups: 1 } }, signal)
  assert.deepEqual([second.base, second.expired], [first.backup, 1])
  assert.deepEqual(await backupNames(new FolderTarget(to)), [second.backup])
  writeFileSync(join(to, 'backups', '20200101T000000000Z-000000000000.json'), 'damaged')
  const third = await backUpInThread({ folder: data, to, keep: { backups: 9 } }, signal)
  assert.match(third.pruneProblem!, /^older backups were not deleted: .*damaged manifest/)
  rmSync(join(to, 'backups', '20200101T000000000Z-000000000000.json'))
  writeFileSync(join(scratch, 'file'), '')
  await assert.rejects(backUpInThread({ folder: data, to: join(scratch, 'file') }, signal), { code: 'SPILL_BACKUP' })
  await folder.store.commit({ put: Array.from({ length: 3000 }, (_, i) => [`v${i}`, 'x'.repeat(20_000)] as const) })
  const stop = new AbortController()
  const stopped = backUpInThread({ folder: data, to }, stop.signal)
  callAfter(150, () => stop.abort())
  await assert.rejects(stopped, { code: 'SPILL_STOPPED' })
  assert.ok(existsSync(to))
  assert.deepEqual(await backupNames(new FolderTarget(to)), [second.backup, third.backup])
  await backUpInThread({ folder: data, to }, signal)
  await closeDataFolder(folder)
})
