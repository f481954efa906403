import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { logContents } from '../../test/backup/log-contents.ts'
import { MemoryTarget } from '../../test/backup/memory-target.ts'
import { RandomCommits } from '../../test/backup/random-commits.ts'
import { Draw } from '../../test/property/generate/draw.ts'
import { scratchFolder } from '../../test/scratch.ts'
import { closeDataFolder, openDataFolder } from '../log/sqlite/index.ts'
import { backUpFolder } from './backup.ts'
import { backupNames, readBackupManifest } from './manifest.ts'
import { restoreFolder } from './restore.ts'

const scratch = scratchFolder('backup-base')
let folders = 0
const newFolder = (): string => join(scratch, `f${++folders}`)
/** Small chunks, so that a small log has many. */
const small = { chunkBytes: 1500, rate: Infinity }

/** The rows of a restored backup. */
async function restoredContents(target: MemoryTarget, at: string): Promise<Record<string, string[]>> {
  const path = newFolder()
  await restoreFolder(target, path, { at })
  return logContents(path)
}

test('another log in one target is refused; a restored folder goes on in it', async () => {
  const target = new MemoryTarget()
  const path = newFolder()
  const folder = await openDataFolder(path)
  const random = new RandomCommits(new Draw(10))
  for (let i = 0; i < 50; i++) await folder.store.commit(random.next())
  const first = await backUpFolder(path, target, { ...small, clock: () => 1 })
  for (let i = 0; i < 50; i++) await folder.store.commit(random.next())
  const lost = await backUpFolder(path, target, { ...small, clock: () => 2 })
  await closeDataFolder(folder)

  const other = await openDataFolder(newFolder())
  for (let i = 0; i < 50; i++) await other.store.commit(new RandomCommits(new Draw(i)).next()).catch(() => {})
  await assert.rejects(backUpFolder(other.path.replace(/.log\.db$/, ''), target, small), {
    code: 'SPILL_EXISTS',
    message: /other events.*target of its own/,
  })
  await closeDataFolder(other)

  const again = newFolder()
  await restoreFolder(target, again, { at: first.backup, clock: () => 3 })
  const continued = await openDataFolder(again)
  const different = new RandomCommits(new Draw(10))
  for (let i = 0; i < 50; i++) different.next()
  for (let i = 0; i < 70; i++) await continued.store.commit({ ...different.next(), put: [['n', `restored ${i}`]] })
  const base = await backUpFolder(again, target, { ...small, clock: () => 4 })
  assert.equal(base.base, first.backup, 'what the lost folder did later is no base')
  const next = await backUpFolder(again, target, { ...small, clock: () => 5 })
  assert.equal(next.base, base.backup)
  assert.deepEqual(await restoredContents(target, next.backup), logContents(again))
  await closeDataFolder(continued)
  const { restored: origin } = await readBackupManifest(target, next.backup)
  assert.equal(origin?.backup, first.backup)
  await restoredContents(target, lost.backup)
})

test('another log in one target is refused also after a restore', async () => {
  const [ownTarget, otherTarget] = [new MemoryTarget(), new MemoryTarget()]
  for (const [log, target] of [
    ['log-a', ownTarget],
    ['log-b', otherTarget],
  ] as const) {
    const path = newFolder()
    const folder = await openDataFolder(path)
    await folder.store.commit({ put: [['log', log]] })
    await backUpFolder(path, target, small)
    await closeDataFolder(folder)
  }
  const path = newFolder()
  await restoreFolder(ownTarget, path)
  await assert.rejects(backUpFolder(path, otherTarget, small), { code: 'SPILL_EXISTS', message: /of another log.*target of its own/ })
  assert.equal((await backUpFolder(path, ownTarget, small)).base, (await backupNames(ownTarget))[0])
})

test('a folder that was restored from before its log had a name goes on beside the backups of the lost one', async () => {
  const target = new MemoryTarget()
  const path = newFolder()
  const folder = await openDataFolder(path)
  await folder.store.commit({ put: [['a', 'b']] })
  const { backup: unnamed } = await backUpFolder(path, target, { ...small, clock: () => 1 })
  await folder.store.commit({ put: [['log', 'first']] })
  await backUpFolder(path, target, { ...small, clock: () => 2 })
  await closeDataFolder(folder)
  const again = newFolder()
  await restoreFolder(target, again, { at: unnamed })
  const continued = await openDataFolder(again)
  await continued.store.commit({ put: [['log', 'second']] })
  await closeDataFolder(continued)
  assert.equal((await backUpFolder(again, target, { ...small, clock: () => 3 })).base, unnamed)
})

test('a backup of a clock that was ahead fails the next one, which it would hide', async () => {
  const target = new MemoryTarget()
  const path = newFolder()
  const folder = await openDataFolder(path)
  await folder.store.commit({ put: [['a', 'b']] })
  const { backup } = await backUpFolder(path, target, { ...small, clock: () => 1000 })
  await folder.store.commit({ put: [['a', 'c']] })
  const before = target.objects.size
  for (const isFull of [false, true])
    await assert.rejects(backUpFolder(path, target, { ...small, isFull, clock: () => 10 }), {
      code: 'SPILL_CLOCK',
      message: `memory has backup ${backup}, made at a later time than now, which would hide the next ones; correct the clock, or delete backups/${backup}.json`,
    })
  assert.equal(target.objects.size, before)
  await target.remove(`backups/${backup}.json`)
  const next = await backUpFolder(path, target, { ...small, clock: () => 10 })
  assert.deepEqual(await backupNames(target), [next.backup])
  await closeDataFolder(folder)
})
