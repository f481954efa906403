import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { numbers, sourceOf } from '../../../test/postgres/numbers-run.ts'
import { SuiteReading, SuiteRun } from '../../testing/conformance/suite-run.ts'
import { testSourceReader } from '../../testing/conformance/source-reader.ts'
import type { SourceReaderHarness } from '../../testing/conformance/source-reader-harness.ts'
import { fileReader, standardInputReader } from './file-reader.ts'

const source = sourceOf(numbers)

/** A file to which rows are appended. */
function fileHarness(name: string, head: string, rowOf: (n: number) => string, canFollow = true): SourceReaderHarness {
  const path = join(scratchFolder('reader'), name)
  writeFileSync(path, head)
  return {
    open: () => fileReader(path, source),
    append: numbersToWrite => appendFileSync(path, numbersToWrite.map(n => `${rowOf(n)}\n`).join('')),
    numberOf: ({ n }: { n: number | string }) => Number(n),
    canFollow,
    // UTF-16, which no reader of files takes.
    damage: () => writeFileSync(path, Buffer.from([0xff, 0xfe, 0, 0])),
  }
}

testSourceReader('an NDJSON file', () => fileHarness('rows.ndjson', '', n => JSON.stringify({ who: 'w', n, at: n })))
testSourceReader('a CSV file', () => fileHarness('rows.csv', 'who,n,at\n', n => `w,${n},${n}`, false))

test('the name of a file is its full path, under which earlier versions stored positions', () => {
  const path = join(scratchFolder('named'), 'rows.ndjson')
  writeFileSync(path, '')
  const reader = fileReader(path, source)
  assert.equal(reader.name, resolve(path))
  assert.equal(reader.describe!(undefined), `${path} from the beginning`)
  assert.equal(reader.describe!('{"offset":10,"line":3,"inode":1}'), `${path} from line 3 (byte 10)`)
  assert.equal(reader.describe!('{"records":7}'), `${path} after its first 7 records`)
  assert.equal(reader.describe!('{"kind":"lines","last":7,"inode":1,"size":1,"head":""}'), `${path} after line 7`)
  assert.throws(() => reader.describe!('{"records":null}'), { code: 'SPILL_DATA', message: /is no position/ })
  assert.throws(() => fileReader(`${path}.gone`, source), {
    code: 'SPILL_FILE',
    message: /gone does not exist; it was given for source 'rows'$/,
  })
})

/** Reads standard input, and gives the numbers that came. */
function readingOf(input: PassThrough, follow: boolean): SuiteReading {
  const run = new SuiteRun(record => (record as { n: number }).n)
  return new SuiteReading(run, standardInputReader(source, input as never), { follow, timeoutMs: 5000 })
}

test('standard input is read to its end, or until the signal, without positions', async () => {
  const ending = new PassThrough()
  ending.end('{"who":"w","n":1,"at":1}\n{"who":"w","n":2,"at":2}')
  const ended = readingOf(ending, false)
  await ended.ended
  assert.deepEqual([ended.run.numbers(''), ended.run.committed.size], [[1, 2], 0])
  const open = new PassThrough()
  open.write('{"who":"w","n":1,"at":1}\n')
  const reading = readingOf(open, true)
  await reading.until(
    () => reading.run.numbers('').length === 1,
    () => new Error('the line did not come'),
  )
  reading.abort()
  await reading.ended
  assert.equal(open.destroyed, true)
})
