import assert from 'node:assert/strict'
import { appendFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
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
  const describe = (position: string | undefined) => reader.describe!(position, () => position)
  assert.equal(describe(undefined), `${path} from the beginning`)
  assert.equal(describe('{"offset":10,"line":3,"inode":1}'), `${path} from line 3 (byte 10)`)
  assert.equal(describe('{"records":7}'), `${path} after its first 7 records`)
  assert.equal(describe('{"kind":"lines","last":7,"inode":1,"size":1,"head":""}'), `${path} after line 7`)
  assert.throws(() => describe('{"records":null}'), { code: 'SPILL_DATA', message: /is no position/ })
  assert.throws(() => fileReader(`${path}.gone`, source), {
    code: 'SPILL_FILE',
    message: /gone does not exist; it was given for source 'rows'$/,
  })
})

test('the lag of a file is its complete lines behind the position, and only of a file that is followed', async () => {
  const folder = scratchFolder('lag')
  const path = join(folder, 'rows.ndjson')
  const line = '{"who":"w","n":1,"at":1}\n'
  writeFileSync(path, line.repeat(3) + line.slice(0, 9))
  const reader = fileReader(path, source)
  const { ino: inode } = statSync(path)
  const measure = async (position: object | undefined) =>
    (await reader.measureLag!(() => (position === undefined ? undefined : JSON.stringify(position)))).get('')
  const size = line.length
  assert.deepEqual(await measure(undefined), { position: 0, end: 3 * size, lag: 3 * size, unit: 'bytes' })
  assert.deepEqual(await measure({ offset: 2 * size, line: 3, inode }), { position: 2 * size, end: 3 * size, lag: size, unit: 'bytes' })
  assert.deepEqual(await measure({ offset: 3 * size, line: 4, inode }), { position: 3 * size, end: 3 * size, lag: 0, unit: 'bytes' })
  assert.equal(await measure({ offset: size, line: 2, inode: inode + 1 }), undefined, 'a different file')
  assert.equal(await measure({ offset: 99 * size, line: 100, inode }), undefined, 'a file that became shorter')
  writeFileSync(path, `${line}${'x'.repeat(200_000)}`)
  assert.equal((await measure(undefined))!.end, size, 'a line of several chunks that is not complete')
  const csv = join(folder, 'rows.csv')
  writeFileSync(csv, 'who,n,at\nw,1,1\n')
  assert.equal((await fileReader(csv, source).measureLag!(() => undefined)).size, 0)
  rmSync(path)
  await assert.rejects(measure({ offset: size, line: 2, inode }), { code: 'ENOENT' })
})

/** Reads standard input, and gives the numbers that came. */
function readingOf(input: PassThrough, follow: boolean): SuiteReading {
  const run = new SuiteRun(record => (record as { n: number }).n)
  return new SuiteReading(run, standardInputReader(source, input as never), { follow, timeoutMs: 5000 })
}

test('standard input is read to its end, or until the signal, without positions', async () => {
  const ending = new PassThrough()
  ending.end('\ufeff{"who":"w","n":1,"at":1}\n{"who":"w","n":2,"at":2}')
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
