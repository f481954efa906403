import assert from 'node:assert/strict'
import { appendFileSync, copyFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { numbers, sourceOf, decidedNumbers, openNumbersRun } from '../../../test/postgres/numbers-run.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { limits } from '../../base/limits.ts'
import { Strings } from '../../columns/strings.ts'
import { openOutputTable } from '../../files/open-output-table.ts'
import { feedSource, positionName } from '../reader/source-feed.ts'
import { fileReader } from './file-reader.ts'

const source = sourceOf(numbers)
let files = 0
/** The path of a new file of one name in a folder of its own. */
const newPath = (name: string): string => join(scratchFolder(`file-position-${++files}`), name)

/** One start of a run that reads a file to its end, from a stored position on. */
async function start(path: string, position?: string) {
  const name = positionName(source.name, resolve(path))
  const { store, run } = openNumbersRun(numbers, { commits: position === undefined ? [] : [{ put: [[`cursor/${name}`, position]] }] })
  const warnings: string[] = []
  try {
    const options = { follow: false, signal: new AbortController().signal, onWarning: (text: string) => void warnings.push(text) }
    await feedSource(run, source.name, fileReader(path, source), options)
    return {
      numbers: decidedNumbers(store),
      dead: store.dead.map(({ raw }) => String(raw)),
      position: run.committedPosition(name),
      warnings,
    }
  } finally {
    await run.stop()
  }
}

const header = 'who,n,at\n'
const row = (n: number): string => `w,${n},${n}\n`
const bad = (n: number): string => `bad,${n}\n`
/** Malformed rows of more than one chunk of a file. */
const manyBad = Array.from({ length: 40_000 }, (_, i) => bad(i)).join('')

test('malformed rows before the first good row are dead letters', async () => {
  const path = newPath('rows.csv')
  writeFileSync(path, header + manyBad + row(1))
  const { numbers: read, dead } = await start(path)
  assert.deepEqual([read, dead.length], [[1], 40_000])
})

test('a file whose rows are all malformed gives dead letters, once', async () => {
  const path = newPath('rows.csv')
  writeFileSync(path, header + bad(1) + bad(2))
  const first = await start(path)
  assert.deepEqual([first.numbers, first.dead], [[], ['bad,1', 'bad,2']])
  const second = await start(path, first.position)
  assert.deepEqual([second.numbers, second.dead], [[], []])
})

test('malformed rows after a position are dead letters, and those before it are not repeated', async () => {
  const path = newPath('rows.csv')
  writeFileSync(path, header + bad(1) + row(2) + bad(3))
  const first = await start(path)
  assert.deepEqual([first.numbers, first.dead], [[2], ['bad,1', 'bad,3']])
  appendFileSync(path, bad(4))
  const second = await start(path, first.position)
  assert.deepEqual([second.numbers, second.dead], [[], ['bad,4']])
  appendFileSync(path, row(5) + bad(6) + row(7))
  const third = await start(path, second.position)
  assert.deepEqual([third.numbers, third.dead], [[5, 7], ['bad,6']])
})

test('lines of a gzip that are too long or no JSON are dead letters, once', async () => {
  const path = newPath('rows.ndjson.gz')
  const line = (n: number): string => `${JSON.stringify({ who: 'w', n, at: n })}\n`
  const before = `nonsense\n${line(1)}${'x'.repeat(limits.LINE_BYTES_MAX + 1)}\n`
  writeFileSync(path, gzipSync(before))
  const first = await start(path)
  assert.deepEqual([first.numbers, first.dead.length], [[1], 2])
  appendFileSync(path, gzipSync(`more nonsense\n${line(2)}`))
  const second = await start(path, first.position)
  assert.deepEqual([second.numbers, second.dead], [[2], ['more nonsense']])
})

test('an empty CSV file is read as CSV once it has rows', async () => {
  const path = newPath('rows.csv')
  writeFileSync(path, '')
  const first = await start(path)
  assert.deepEqual([first.numbers, first.position], [[], undefined])
  assert.deepEqual(first.warnings, ['rows.csv is empty; the next start reads what is written to it'])
  appendFileSync(path, header + row(1))
  assert.deepEqual((await start(path)).numbers, [1])
})

test('a gzip of nothing has no records', async () => {
  const path = newPath('rows.ndjson.gz')
  writeFileSync(path, gzipSync(''))
  const { numbers: read, dead, position } = await start(path)
  assert.deepEqual([read, dead, position], [[], [], undefined])
})

test('positions of earlier versions are read', async () => {
  const csv = newPath('rows.csv')
  writeFileSync(csv, header + row(1) + bad(2) + row(3))
  assert.deepEqual((await start(csv, '{"records":1}')).numbers, [3])
  assert.deepEqual((await start(csv, '{"records":1}')).dead, ['bad,2'])
  assert.deepEqual((await start(csv, '{"records":2}')).numbers, [])
  // An earlier version stored this for an empty file, whatever its extension.
  assert.deepEqual((await start(csv, '{"offset":0,"line":1,"inode":5}')).numbers, [1, 3])
  const ndjson = newPath('rows.ndjson')
  writeFileSync(ndjson, '{"who":"w","n":1,"at":1}\n{"who":"w","n":2,"at":2}\n')
  assert.deepEqual((await start(ndjson, '{"offset":25,"line":2,"inode":0}')).numbers, [2])
})

test('a position of a different kind of file is rejected', async () => {
  const csv = newPath('rows.csv')
  writeFileSync(csv, header + row(1))
  const ndjson = newPath('rows.ndjson')
  writeFileSync(ndjson, '{"who":"w","n":1,"at":1}\n')
  const [ofCsv, ofNdjson] = [(await start(csv)).position, (await start(ndjson)).position]
  for (const position of [ofNdjson, '{"offset":25,"line":2,"inode":7}'])
    await assert.rejects(start(csv, position), {
      code: 'SPILL_FILE',
      message: /rows\.csv is CSV, and was NDJSON when it was read up to line 2 \(byte 25\); give it another name, or start with an empty/,
    })
  await assert.rejects(start(ndjson, ofCsv), {
    code: 'SPILL_FILE',
    message: /rows\.ndjson is NDJSON, and was CSV or gzip when it was read up to line 2; give it another name/,
  })
  await assert.rejects(start(ndjson, '{"records":4}'), {
    code: 'SPILL_FILE',
    message: /was CSV, Parquet or gzip when it was read up to its first 4 records/,
  })
})

test('a text that is no position is rejected', async () => {
  const csv = newPath('rows.csv')
  writeFileSync(csv, header + row(1))
  for (const position of ['', 'null', '{}', '7', '{"records":"x"}', '{"records":-1}', '{"offset":1,"line":2}', '{"kind":"lines","last":3}'])
    await assert.rejects(start(csv, position), { code: 'SPILL_DATA', message: /is no position/ }, position)
})

test('a CSV file that is shorter than when it was read, or a different file, is rejected', async () => {
  const path = newPath('rows.csv')
  const content = header + row(1) + row(2) + row(3)
  writeFileSync(path, content)
  const { position } = await start(path)
  assert.deepEqual((await start(path, position)).numbers, [])
  appendFileSync(path, row(4))
  assert.deepEqual((await start(path, position)).numbers, [4], 'a file that has grown is read on')
  truncateSync(path, content.length - 3)
  await assert.rejects(start(path, position), { code: 'SPILL_FILE', message: /has become shorter since it was read/ })
  truncateSync(path, 0)
  await assert.rejects(start(path, position), { code: 'SPILL_FILE', message: /has become shorter since it was read/ })
  writeFileSync(path, header + row(5) + row(6) + row(7) + row(8))
  await assert.rejects(start(path, position), { code: 'SPILL_FILE', message: /is not the file that was read up to line 4/ })
  copyFileSync(path, `${path}.new`)
  writeFileSync(`${path}.new`, content)
  rmSync(path)
  renameSync(`${path}.new`, path)
  await assert.rejects(start(path, position), { code: 'SPILL_FILE', message: /is not the file that was read up to line 4/ })
})

test('an NDJSON file with another beginning is rejected, though its inode and length may be those of the file that was read', async () => {
  const line = (n: number): string => `${JSON.stringify({ who: 'w', n, at: n })}\n`
  const path = newPath('rows.ndjson')
  // Positions on both sides of the bytes that are compared.
  for (const rows of [1, 1000]) {
    const first = Array.from({ length: rows }, (_, i) => line(i + 1)).join('')
    writeFileSync(path, first)
    const { position } = await start(path)
    assert.deepEqual((await start(path, position)).numbers, [])
    appendFileSync(path, line(5000))
    const second = await start(path, position)
    assert.deepEqual(second.numbers, [5000], 'a file that has grown is read on')
    assert.deepEqual((await start(path, second.position)).numbers, [])
    writeFileSync(path, line(7000) + first)
    const rejection = { code: 'SPILL_FILE', message: new RegExp(`is not the file that was read up to byte ${first.length};`) }
    await assert.rejects(start(path, position), rejection)
    const { head, ...earlier } = JSON.parse(position!) as { head: string }
    assert.match(head, /^[0-9a-f]{16}$/)
    const { numbers: read } = await start(path, JSON.stringify(earlier))
    assert.ok(read.length > 0, 'a position of an earlier version has no checksum')
  }
})

test('a last row that was read before its newline was written is an error once the file has grown', async () => {
  const path = newPath('rows.csv')
  writeFileSync(path, `${header}${row(1)}w,2,2`)
  const first = await start(path)
  assert.deepEqual(first.numbers, [1, 2], 'a file may end without a newline')
  assert.deepEqual((await start(path, first.position)).numbers, [])
  for (const end of ['\n', '\r\n']) {
    writeFileSync(path, `${header}${row(1)}w,2,2${end}${row(3)}`)
    assert.deepEqual((await start(path, first.position)).numbers, [3])
  }
  writeFileSync(path, `${header}${row(1)}w,2,23\n${row(3)}`)
  await assert.rejects(start(path, first.position), {
    code: 'SPILL_FILE',
    message: /rows\.csv has grown, and line 3 was read before it was complete/,
  })
  // The last row of many chunks.
  writeFileSync(path, `${header}${manyBad}${row(1)}w,2,2`)
  const long = await start(path)
  appendFileSync(path, '3\n')
  await assert.rejects(start(path, long.position), { message: /line 40003 was read before it was complete/ })
})

/** Writes a Parquet file with `length` rows, numbered from 1. */
async function writeParquet(path: string, length: number): Promise<void> {
  const strings = new Strings()
  const numbersFrom1 = Float64Array.from({ length }, (_, i) => i + 1)
  const columns = [
    { name: 'who', type: 'string' },
    { name: 'n', type: 'int' },
    { name: 'at', type: 'timestamp' },
  ] as const
  const table = await openOutputTable(path, columns, strings)
  await table.write(length, [
    { values: new Float64Array(length).fill(strings.idOf('w')) },
    { values: numbersFrom1 },
    { values: numbersFrom1 },
  ])
  await table.close()
}

test('a Parquet file is read on within a chunk of rows, and rejected with other rows', async () => {
  const path = newPath('rows.parquet')
  await writeParquet(path, 5000)
  const { numbers: read, position } = await start(path)
  assert.deepEqual([read.length, JSON.parse(position!).kind, JSON.parse(position!).last], [5000, 'rows', 5000])
  assert.deepEqual((await start(path, position)).numbers, [])
  const within = JSON.stringify({ ...JSON.parse(position!), last: 4998 })
  assert.deepEqual((await start(path, within)).numbers, [4999, 5000])
  assert.deepEqual((await start(path, '{"records":4999}')).numbers, [5000])
  await writeParquet(`${path}.new.parquet`, 6000)
  copyFileSync(`${path}.new.parquet`, path)
  await assert.rejects(start(path, position), { code: 'SPILL_FILE', message: /is not the file that was read up to row 5000/ })
})
