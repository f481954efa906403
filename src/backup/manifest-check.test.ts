import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { MemoryTarget } from '../../test/backup/memory-target.ts'
import { RandomCommits } from '../../test/backup/random-commits.ts'
import { Draw } from '../../test/property/generate/draw.ts'
import { scratchFolder } from '../../test/scratch.ts'
import { closeDataFolder, openDataFolder } from '../log/sqlite/index.ts'
import { backUpFolder } from './backup.ts'
import { type BackupManifest, readBackupManifest, type TableBackup, writeBackupManifest } from './manifest.ts'
import { restoreFolder } from './restore.ts'

const scratch = scratchFolder('manifest-check')
const target = new MemoryTarget()
let backup: string

before(async () => {
  const live = join(scratch, 'live')
  const folder = await openDataFolder(live)
  for (const random = new RandomCommits(new Draw(1)), end = 30; folder.store.transactions < end;) await folder.store.commit(random.next())
  writeFileSync(join(live, 'audit.ndjson'), 'x'.repeat(1000))
  backup = (await backUpFolder(live, target, { clock: () => 1000 })).backup
  await closeDataFolder(folder)
})

let folders = 0
const newPath = (): string => join(scratch, `r${++folders}`)

/** A target whose newest backup is the last one with these changes, under the name that its bytes have. */
async function planted(change: (manifest: BackupManifest) => object): Promise<MemoryTarget> {
  const copy = new MemoryTarget()
  for (const [name, object] of target.objects) copy.objects.set(name, object)
  const manifest = await readBackupManifest(target, backup)
  await writeBackupManifest(copy, { ...manifest, ...change(manifest), at: 9000 })
  return copy
}

const strayPaths = [
  '../outside.json',
  '/outside.json',
  'reports/../../outside.json',
  'copy-/../../outside.ndjson',
  'reports\\..\\..\\outside.json',
  'reports//a',
  'reports',
  'log.db',
  'state/saved',
  'reports/a.part',
  'reports/a\0b',
  '',
]
for (const path of strayPaths)
  test(`a planted manifest with the path ${JSON.stringify(path)} is rejected, and nothing is written`, async () => {
    const to = newPath()
    const evil = await planted(({ files }) => ({ files: [{ ...files[0], path }] }))
    await assert.rejects(restoreFolder(evil, to), { code: 'SPILL_DATA', message: /that Spillway did not write: '.*' is no file/s })
    assert.ok(!existsSync(to))
  })

const strayManifests: [name: string, change: (manifest: BackupManifest) => object, message: RegExp][] = [
  [
    'SQL as a column',
    ({ tables }) => ({ tables: [{ ...tables[0], columns: ['first) SELECT 1 --'] }] }),
    /column 1 of table 'segment' is none/,
  ],
  ['no columns', ({ tables }) => ({ tables: [{ ...tables[0], columns: undefined }] }), /column 1 of table 'segment' is none/],
  ['SQL as a table', ({ tables }) => ({ tables: [{ ...tables[0], table: 'value; DROP TABLE dead' }] }), /name of a table is none/],
  ['a hash with a path', ({ files }) => ({ files: [{ ...files[0], chunks: [{ hash: '../../x', bytes: 1 }] }] }), /has a wrong chunk/],
  ['no tables', () => ({ tables: undefined }), /no tables and files/],
  ['a text as number', () => ({ format: '1; DROP TABLE value' }), /no numbers/],
  ['a column that the table does not have', ({ tables }) => ({ tables: tables.map(withRowid) }), /column 'rowid' of table/],
]
const withRowid = (table: TableBackup): TableBackup => ({ ...table, columns: ['rowid', ...table.columns.slice(1)] })
for (const [name, change, message] of strayManifests)
  test(`a planted manifest with ${name} is rejected`, async () => {
    const to = newPath()
    await assert.rejects(restoreFolder(await planted(change), to), { code: 'SPILL_DATA', message })
    assert.ok(!existsSync(join(to, 'log.db')))
  })

test('a file whose size is not that of the backup is an error', async () => {
  const short = await planted(({ files }) => ({ files: [{ ...files[0], bytes: files[0].bytes + 1 }] }))
  await assert.rejects(restoreFolder(short, newPath()), { code: 'SPILL_STORE', message: /audit\.ndjson has 1000 of 1001 bytes/ })
})
