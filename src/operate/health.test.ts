import assert from 'node:assert/strict'
import fs, { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { closeDataFolder, openDataFolder } from '../log/sqlite/index.ts'
import { openFolder } from './folder.ts'

test('files that a run deletes while they are counted are left out', async t => {
  const path = scratchFolder('health')
  const opened = await openDataFolder(path)
  await opened.store.commit({ put: [['a', 'b']] })
  await closeDataFolder(opened)
  mkdirSync(join(path, 'spill'))
  mkdirSync(join(path, 'state'))
  for (const name of ['tokens.json.part', 'spill/rows', 'state/new', 'state/old']) writeFileSync(join(path, name), 'text')
  const { readdirSync } = fs
  t.mock.method(fs, 'readdirSync', (folder: string, options: { withFileTypes: true }) => {
    const entries = readdirSync(folder, options)
    for (const name of ['tokens.json.part', 'spill', 'state/old'])
      if (join(path, name, '..') === folder) rmSync(join(path, name), { recursive: true, force: true })
    return entries
  })
  syncBuiltinESMExports()
  const folder = openFolder(path)
  const { files } = folder.health()
  folder.close()
  t.mock.restoreAll()
  syncBuiltinESMExports()
  assert.deepEqual([files['tokens.json.part'], files['spill/'], files['state/']], [undefined, 0, 4])
})
