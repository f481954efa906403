import assert from 'node:assert/strict'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { WatchedFiles } from './watched-files.ts'

const folder = scratchFolder('watched')
const [a, b] = ['a.ts', 'b.ts'].map(name => join(folder, name))
const looks = (files: WatchedFiles, many: number) => Array.from({ length: many }, () => files.look())

test('a change is told once, when it has been still for a look', () => {
  writeFileSync(a, 'one')
  const files = new WatchedFiles()
  files.add([a])
  assert.deepEqual(looks(files, 2), [false, false])
  writeFileSync(a, 'another')
  assert.deepEqual(files.look(), false)
  writeFileSync(a, 'one more, while it is written')
  assert.deepEqual(looks(files, 4), [false, true, false, false])
})

test('a file that is replaced, goes, or comes has changed; one that is added has not', () => {
  writeFileSync(a, 'one')
  const files = new WatchedFiles()
  files.add([a])
  files.add([b])
  assert.deepEqual(looks(files, 2), [false, false])
  writeFileSync(`${a}.part`, 'two')
  renameSync(`${a}.part`, a)
  assert.deepEqual(looks(files, 3), [false, true, false])
  writeFileSync(b, 'new')
  assert.deepEqual(looks(files, 3), [false, true, false])
  rmSync(b)
  assert.deepEqual(looks(files, 3), [false, true, false])
})

test('a change is not forgotten because another file is added', () => {
  writeFileSync(a, 'one')
  const files = new WatchedFiles()
  files.add([a])
  writeFileSync(a, 'another')
  files.add([b])
  assert.deepEqual(looks(files, 3), [false, true, false])
})
