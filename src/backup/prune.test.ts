import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { logContents } from '../../test/backup/log-contents.ts'
import { MemoryTarget } from '../../test/backup/memory-target.ts'
import { RandomCommits } from '../../test/backup/random-commits.ts'
import { Draw } from '../../test/property/generate/draw.ts'
import { scratchFolder } from '../../test/scratch.ts'
import { limits } from '../base/index.ts'
import { closeDataFolder, openDataFolder } from '../log/sqlite/index.ts'
import { backUpFolder } from './backup.ts'
import { backupNames } from './manifest.ts'
import { parseRetention, pruneBackups } from './prune.ts'
import { restoreFolder } from './restore.ts'
import { verifyBackups } from './verify-backup.ts'

const scratch = scratchFolder('prune')
const HOUR = 3_600_000

test('a retention is an age or a number', () => {
  assert.deepEqual(parseRetention('7d'), { ms: 7 * 24 * HOUR })
  assert.deepEqual(parseRetention('30'), { backups: 30 })
  for (const text of ['0', '-1', 'a week', '', '7 d'])
    assert.throws(() => parseRetention(text), { code: 'SPILL_INPUT', message: /write an age such as 7d, or a number such as 30/ })
})

for (const seed of [1, 2, 3])
  test(`each backup that retention keeps can be restored, and garbage goes (seed ${seed})`, async () => {
    const draw = new Draw(seed)
    let now = Date.parse('2026-01-01')
    const clock = (): number => now
    const target = new MemoryTarget(clock)
    const path = join(scratch, `s${seed}`)
    const folder = await openDataFolder(path)
    const commits = new RandomCommits(draw)
    const contents = new Map<string, Record<string, string[]>>()
    const options = { chunkBytes: 1500, rate: Infinity, clock }
    for (let i = 0; i < 25; i++) {
      now += draw.between(1, 20) * HOUR
      for (let n = draw.between(0, 15); n > 0; n--) await folder.store.commit(commits.next())
      // A backup that is cut off leaves chunks that no backup needs.
      if (draw.chance(0.3)) {
        target.writesLeft = draw.between(0, 5)
        await backUpFolder(path, target, options).catch(() => {})
        target.writesLeft = Infinity
        now += draw.between(0, 30) * HOUR
      }
      // A deletion in the middle of a backup, by another process.
      const keep = draw.pick([{ backups: draw.between(1, 5) }, { ms: draw.between(1, 60) * HOUR }])
      if (draw.chance(0.5))
        target.onWrite = async () => {
          target.onWrite = () => Promise.resolve()
          await pruneBackups(target, keep, clock)
        }
      now += 1
      const { backup } = await backUpFolder(path, target, options)
      target.onWrite = () => Promise.resolve()
      contents.set(backup, logContents(path))
      await pruneBackups(target, keep, clock)
    }
    const names = await backupNames(target)
    assert.ok(names.length >= 1)
    for await (const { backup, problems } of verifyBackups(target, names)) assert.deepEqual(problems, [], backup)
    for (const name of names) {
      const to = join(scratch, `s${seed}-${name}`)
      await restoreFolder(target, to, { at: name })
      assert.deepEqual(logContents(to), contents.get(name))
    }
    // Once nothing can be under way, what is left is what the newest backup needs.
    now += 2 * limits.BACKUP_GRACE_MS
    await pruneBackups(target, { backups: 1 }, clock)
    now += 2 * limits.BACKUP_GRACE_MS
    const { objects } = await pruneBackups(target, { backups: 1 }, clock)
    assert.ok(objects >= 0)
    const whole = new MemoryTarget(clock)
    await restoreFolder(target, join(scratch, `s${seed}-last`))
    await backUpFolder(path, whole, { ...options, chunkBytes: 1500 })
    const sizes = [target, whole].map(({ objects: stored }) => [...stored.keys()].filter(name => name.startsWith('objects/')).length)
    assert.ok(sizes[0] <= 1.5 * sizes[1], `${sizes[0]} objects, where ${sizes[1]} would do`)
    assert.equal([...target.objects.keys()].filter(name => name.startsWith('expired/')).length, 0)
    await closeDataFolder(folder)
  })

test('a damaged manifest stops the deletion of objects, since what it needs is unknown', async () => {
  let now = 1
  const target = new MemoryTarget(() => now)
  const path = join(scratch, 'damaged')
  const folder = await openDataFolder(path)
  await folder.store.commit({ put: [['a', 'b']] })
  const { backup } = await backUpFolder(path, target, { clock: () => now })
  now += 3 * limits.BACKUP_GRACE_MS
  await folder.store.commit({ put: [['a', 'c']] })
  await backUpFolder(path, target, { clock: () => now })
  const manifest = target.objects.get(`backups/${backup}.json`)!.bytes
  manifest[10] ^= 1
  const before = target.objects.size
  await assert.rejects(
    pruneBackups(target, { backups: 2 }, () => now),
    { code: 'SPILL_DATA', message: /To give it up, delete backups/ },
  )
  assert.equal(target.objects.size, before)
  await closeDataFolder(folder)
})
