import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { writeAtomically } from './files.ts'

const folder = scratchFolder('whole')

test('a file is replaced as a whole, with the encoding and rights that are asked for', () => {
  const path = join(folder, 'a')
  writeFileSync(path, 'a longer text that stood before')
  writeAtomically(path, 'short', { flush: true })
  assert.equal(readFileSync(path, 'utf8'), 'short')
  writeAtomically(path, Buffer.from([0, 255]).toString('base64'), { encoding: 'base64', mode: 0o600 })
  assert.deepEqual([...readFileSync(path)], [0, 255])
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(folder), ['a'])
})

test('a failed rename leaves no partial file', () => {
  mkdirSync(join(folder, 'taken', 'inside'), { recursive: true })
  assert.throws(() => writeAtomically(join(folder, 'taken'), 'text'), { code: /EISDIR|ENOTEMPTY|EEXIST/ })
  assert.ok(!readdirSync(folder).includes('taken.part'))
})
