import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { isFolderHeld } from './lock.ts'
import { closeDataFolder, openDataFolder } from './data-folder.ts'
import { storeError } from './sqlite.ts'

const scratch = scratchFolder('store-errors')

test('an error of SQLite names the file and the fix, by its primary code', () => {
  const textOf = (errcode: number | undefined) => {
    const { code, message } = storeError('a/log.db', { message: 'from SQLite', errcode })
    return [code, message]
  }
  const damaged = ['SPILL_DATA', 'a/log.db is damaged; restore the folder from a backup (from SQLite)']
  assert.deepEqual(textOf(11), damaged)
  assert.deepEqual(textOf(11 + 3 * 256), damaged, 'an extended code')
  assert.match(textOf(13)[1], /^a\/log\.db cannot be written: the disk is full/)
  const unknown = ['SPILL_STORE', 'a/log.db cannot be used (from SQLite)']
  assert.deepEqual(textOf(1), unknown)
  assert.deepEqual(textOf(undefined), unknown)
  assert.equal(storeError('a/log.db', { message: 'as it was', code: 'SPILL_LIMIT', errcode: 11 }).message, 'as it was')
})

test('a folder is held while a process has it open, and not before and after', async () => {
  const data = join(scratch, 'held')
  mkdirSync(data)
  assert.equal(isFolderHeld(data), false)
  const folder = await openDataFolder(data)
  assert.equal(isFolderHeld(data), true)
  await closeDataFolder(folder)
  assert.equal(isFolderHeld(data), false)
})

test('a folder whose holder cannot be recorded is closed again, and can be opened once that is possible', async () => {
  const data = join(scratch, 'unrecorded')
  const opening = openDataFolder(data)
  const part = join(data, 'holder.json.part')
  mkdirSync(part)
  await assert.rejects(opening, { code: 'SPILL_STORE', message: /unrecorded cannot be written: EISDIR/ })
  assert.equal(existsSync(join(data, 'log.db-wal')), false, 'the store is closed')
  assert.equal(isFolderHeld(data), false)
  rmdirSync(part)
  await closeDataFolder(await openDataFolder(data))
})

for (const [trouble, make] of [
  ['the folder is deleted', data => rmSync(data, { recursive: true })],
  [
    'the log is replaced',
    data => (copyFileSync(join(data, 'log.db'), join(data, 'copy')), renameSync(join(data, 'copy'), join(data, 'log.db'))),
  ],
  ['the newest part of the log is deleted', data => rmSync(join(data, 'log.db-wal'))],
] as const satisfies readonly (readonly [string, (data: string) => void])[])
  test(`${trouble} while it is open: the next commit is not acknowledged`, async () => {
    const data = join(scratch, trouble)
    const folder = await openDataFolder(data)
    await folder.store.commit({ put: [['read/a', '1']] })
    make(data)
    await assert.rejects(folder.store.commit({ put: [['read/a', '2']] }), {
      code: 'SPILL_STORE',
      message: /log\.db.* was deleted or replaced while a process used it, .*; restore the folder from a backup, or start with a new one$/,
    })
    await closeDataFolder(folder)
  })

test('a damaged lock is named, and the message says that it can be deleted', async () => {
  const data = join(scratch, 'damaged')
  mkdirSync(data)
  writeFileSync(join(data, 'lock.db'), 'no database '.repeat(400))
  await assert.rejects(openDataFolder(data), { code: 'SPILL_DATA', message: /lock\.db is damaged; it holds nothing: delete it/ })
})
