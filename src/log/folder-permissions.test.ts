import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { closeDataFolder, openDataFolder } from './sqlite/data-folder.ts'
import { tightenFolder } from './folder-permissions.ts'

const scratch = scratchFolder('permissions')
const isWindows = process.platform === 'win32'

/** Relative paths that other users can access: the folder itself and its contents, except symbolic links. */
function openTo(folder: string): string[] {
  const pathsIn = (path: string): string[] =>
    readdirSync(path, { withFileTypes: true }).flatMap(entry => {
      const inside = join(path, entry.name)
      return entry.isSymbolicLink() ? [] : entry.isDirectory() ? [inside, ...pathsIn(inside)] : [inside]
    })
  return [folder, ...pathsIn(folder)].filter(path => (statSync(path).mode & 0o077) !== 0).map(path => relative(folder, path))
}

/** Runs with an umask that leaves all permissions open. */
async function withoutUmask<T>(make: () => Promise<T>): Promise<T> {
  const previous = process.umask(0)
  try {
    return await make()
  } finally {
    process.umask(previous)
  }
}

test('only the owner can access a data folder and everything created in it, while it is held and after', { skip: isWindows }, async () => {
  await withoutUmask(async () => {
    const data = join(scratch, 'above', 'new')
    const folder = await openDataFolder(data)
    assert.deepEqual(folder.warnings, [])
    await folder.store.commit({ put: [['a', 'b']] })
    const sink = folder.store.createState('group-1.bin')
    await sink.append(new Uint8Array(9))
    assert.deepEqual(openTo(data), [])
    assert.ok(readdirSync(data).includes('log.db-wal') && readdirSync(data).includes('log.db-shm'), readdirSync(data).join())
    await sink.finish()
    await closeDataFolder(folder)
    assert.deepEqual(openTo(data), [])
    assert.equal(statSync(join(scratch, 'above')).mode & 0o777, 0o777)
  })
})

test('restricts an older folder when it is opened, with one warning', { skip: isWindows }, async () => {
  await withoutUmask(async () => {
    const data = join(scratch, 'before')
    await closeDataFolder(await openDataFolder(data))
    mkdirSync(join(data, 'reports', 'late'), { recursive: true })
    mkdirSync(join(data, 'features'))
    mkdirSync(join(data, 'run-control'))
    for (const name of ['reports/late/1.csv', 'tokens.json', 'features/manifest.json']) writeFileSync(join(data, name), '{}')
    for (const name of ['', 'log.db', 'lock.db', 'holder.json']) chmodSync(join(data, name), 0o777)
    symlinkSync('/', join(data, 'reports', 'root'))
    const folder = await openDataFolder(data)
    assert.match(
      folder.warnings.join('\n'),
      /^data folder .*before: others could read \d+ of its files and folders: now only their owner can \(0700, 0600\)$/,
    )
    // A feature store keeps its permissions, protected by the data folder's.
    assert.deepEqual(openTo(data).sort(), ['features', 'features/manifest.json'])
    await closeDataFolder(folder)
    const reopened = await openDataFolder(data)
    assert.deepEqual(reopened.warnings, [])
    await closeDataFolder(reopened)
  })
})

test('keeps the permissions of a folder with foreign files, and warns', { skip: isWindows }, () => {
  const project = join(scratch, 'project')
  mkdirSync(project)
  chmodSync(project, 0o755)
  for (const name of ['package.json', 'log.db']) writeFileSync(join(project, name), '')
  chmodSync(join(project, 'package.json'), 0o644)
  chmodSync(join(project, 'log.db'), 0o644)
  assert.deepEqual(tightenFolder(project), [
    `data folder ${project}: others could read 1 of its files and folders: now only their owner can (0700, 0600)`,
    `data folder: others can read ${project} (it also holds 'package.json', which is not Spillway's); chmod it so that only its owner can`,
  ])
  assert.deepEqual(openTo(project).sort(), ['', 'package.json'])
})
