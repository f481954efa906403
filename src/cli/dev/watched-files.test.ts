import assert from 'node:assert/strict'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { fileState, WatchedFiles } from './watched-files.ts'

const folder = scratchFolder('watched')
const [a, b] = ['a.ts', 'b.ts'].map(name => join(folder, name))
const polls = (files: WatchedFiles, count: number) => Array.from({ length: count }, () => files.poll())

test('a change is reported once, after the file was stable for one poll', () => {
  writeFileSync(a, 'one')
  const files = new WatchedFiles()
  files.add(a)
  assert.deepEqual(polls(files, 2), [false, false])
  writeFileSync(a, 'another')
  assert.deepEqual(files.poll(), false)
  writeFileSync(a, 'one more, while it is written')
  assert.deepEqual(polls(files, 4), [false, true, false, false])
})

test('a replaced, deleted or created file is a change; a newly watched file is not', () => {
  writeFileSync(a, 'one')
  const files = new WatchedFiles()
  files.add(a)
  files.add(b)
  assert.deepEqual(polls(files, 2), [false, false])
  writeFileSync(`${a}.part`, 'two')
  renameSync(`${a}.part`, a)
  assert.deepEqual(polls(files, 3), [false, true, false])
  writeFileSync(b, 'new')
  assert.deepEqual(polls(files, 3), [false, true, false])
  rmSync(b)
  assert.deepEqual(polls(files, 3), [false, true, false])
})

test('a change is still reported after a second file is added', () => {
  writeFileSync(a, 'one')
  const files = new WatchedFiles()
  files.add(a)
  writeFileSync(a, 'another')
  files.add(b)
  assert.deepEqual(polls(files, 3), [false, true, false])
})

test('a change between the load of a file and its report is a change', () => {
  writeFileSync(a, 'one')
  const loaded = fileState(a)
  writeFileSync(a, 'another')
  const files = new WatchedFiles()
  files.add(a, loaded)
  assert.deepEqual(polls(files, 3), [false, true, false])
})

test('a change that a later load has seen is none', () => {
  writeFileSync(a, 'one')
  const files = new WatchedFiles()
  files.add(a)
  writeFileSync(a, 'another')
  files.add(a, fileState(a))
  assert.deepEqual(polls(files, 2), [false, false])
})
