import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { readTrees, writeTrees } from './trees-on-disk.ts'
import { fitTrees } from './trees/fit.ts'

const folder = scratchFolder('trees')
const path = join(folder, 'trees.json')
const { file } = fitTrees({ columns: { x: Float64Array.of(1, 2, 3, NaN) }, labels: [0, 1, 1, 0] }, { minRows: 1, rounds: 3 })

test('a file that was written is read as it was', () => {
  writeTrees(path, file)
  assert.deepStrictEqual(readTrees(path), JSON.parse(JSON.stringify(file)))
})

test('each damage is an error that names the file', () => {
  const text = JSON.stringify(file)
  const damaged = (code: string, message: RegExp, written: string) => {
    writeFileSync(path, written)
    assert.throws(
      () => readTrees(path),
      (error: Error & { code?: string; place?: string }) => {
        assert.equal(error.code, code)
        assert.equal(error.place, path)
        assert.match(error.message.slice(path.length + 1), message)
        return true
      },
    )
  }
  damaged('SPILL_DATA', /^is not valid JSON: /, text.slice(0, -5))
  damaged('SPILL_DATA', /^is not valid JSON: /, '')
  damaged('SPILL_DATA', /^cannot be used: it is no file of trees: format is undefined/, '{"trees":[]}')
  damaged('SPILL_DATA', /^cannot be used: its checksum is not that of its content/, text.replace('"base":0', '"base":1'))
  damaged('SPILL_DATA', /^cannot be used: tree 0: node 0: right is 77/, text.replace('"right":[2', '"right":[77'))
})

test('a file that is not there', () => {
  assert.throws(() => readTrees(join(folder, 'none.json')), { code: 'SPILL_INPUT', message: /none\.json cannot be read: ENOENT/ })
})
