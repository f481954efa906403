import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { MemoryTarget } from '../../test/backup/memory-target.ts'
import { RandomCommits } from '../../test/backup/random-commits.ts'
import { Draw } from '../../test/property/generate/draw.ts'
import { scratchFolder } from '../../test/scratch.ts'
import { closeDataFolder, LogTableReader, openDataFolder, type TableRow } from '../log/sqlite/index.ts'
import { backUpFolder } from './backup.ts'

const scratch = scratchFolder('growing-log')
let folders = 0
const newFolder = (): string => join(scratch, `f${++folders}`)

/** Small chunks, so that a small log has many. */
const small = { chunkBytes: 1500, rate: Infinity }

test('a log that grows faster than it is read is an error', async () => {
  const random = new RandomCommits(new Draw(8))
  const path = newFolder()
  const folder = await openDataFolder(path)
  const target = new MemoryTarget()
  target.onWrite = async () => {
    for (let i = 0; i < 3; i++) await folder.store.commit(random.next())
  }
  await folder.store.commit(random.next())
  await assert.rejects(backUpFolder(path, target, { ...small, pointBytes: 0 }), {
    code: 'SPILL_LIMIT',
    message: /BACKUP_ROUNDS_MAX.*greater --rate/,
  })
  await closeDataFolder(folder)
})

/** The method as it is without mocks. */
const rows = Reflect.get(LogTableReader.prototype, 'rows') as (
  this: LogTableReader,
  ...values: Parameters<LogTableReader['rows']>
) => Generator<TableRow>

test('segments that are added during a long read of dead letters are copied in the same round', async t => {
  const path = newFolder()
  const folder = await openDataFolder(path)
  const letter = { source: 's', reason: 'schema', detail: 'd', place: 'p', at: 1, sequence: 0, raw: 'x'.repeat(500) } as const
  await folder.store.commit({ deadLetters: Array.from({ length: 120 }, () => letter) })
  const target = new MemoryTarget()
  await backUpFolder(path, target, { ...small, clock: () => 1 })
  let table = ''
  t.mock.method(LogTableReader.prototype, 'rows', function (this: LogTableReader, ...values: Parameters<LogTableReader['rows']>) {
    table = values[0].name
    return rows.call(this, ...values)
  })
  // A segment is committed during the pause after each chunk of dead letters.
  const commits: Promise<void>[] = []
  const onProgress = (): void => {
    if (table !== 'dead') return
    const segment = { first: commits.length, entries: 1, arrival: 1, bytes: new Uint8Array(500) }
    commits.push(folder.store.commit({ segment }))
  }
  const second = await backUpFolder(path, target, { ...small, rate: 300_000, pointBytes: 6000, clock: () => 2, onProgress })
  assert.ok(commits.length >= 30, `${commits.length} segments`)
  assert.ok(second.end >= commits.length - 10 && second.end <= commits.length, `${second.end} of ${commits.length} segments`)
  await Promise.all(commits)
  await closeDataFolder(folder)
})
