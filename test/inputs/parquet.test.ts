import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Strings } from '../../src/columns/strings.ts'
import type { SourceIR } from '../../src/define/ir/ir.ts'
import { openInput, loadFile } from '../../src/files/open-input.ts'
import { HistoryBuilder } from '../../src/intake/history-builder.ts'
import { readings, Scratch, takeOne } from './scratch.ts'

async function recordsOf(path: string, columns?: readonly string[]) {
  const records: unknown[] = []
  for await (const batch of (await openInput(path)).batches(columns)) records.push(...batch.records)
  return records
}

async function query(query: string) {
  using scratch = new Scratch()
  return await recordsOf(await scratch.writeParquet('in.parquet', query))
}

test('values of every common type, and NULL', async () => {
  const columns = {
    tiny: ['(-7)::TINYINT', -7],
    unsigned: ['4294967295::UINTEGER', 4294967295],
    big: ['(-9007199254740991)::BIGINT', -9007199254740991],
    beyond: ['9007199254740993::BIGINT', 9007199254740993n],
    least: ['(-9223372036854775808)::BIGINT', -9223372036854775808n],
    ubig: ['18446744073709551615::UBIGINT', 18446744073709551615n],
    real: ['1.5::REAL', 1.5],
    double: ['0.1::DOUBLE', 0.1],
    price: ['12.34::DECIMAL(9,2)', 12.34],
    long: ['12345678901234567.89::DECIMAL(19,2)', '12345678901234567.89'],
    yes: ['true', true],
    short: [`'LAS'`, 'LAS'],
    medium: [`'ten bytes!'`, 'ten bytes!'],
    text: [`'more than twelve bytes, ä 😀'`, 'more than twelve bytes, ä 😀'],
    wide: [`'ä😀'`, 'ä😀'],
    nul: [`'a' || chr(0)`, 'a\0'],
    day: [`DATE '1969-12-31'`, -86_400_000],
    local: [`TIMESTAMP '2001-01-01 00:01:00'`, Date.UTC(2001, 0, 1, 0, 1)],
    before: [`TIMESTAMP '1969-12-31 23:59:59.9999'`, -1],
    nano: [`TIMESTAMP_NS '2001-01-01 00:01:00.123456789'`, Date.UTC(2001, 0, 1, 0, 1, 0, 123)],
    instant: [`TIMESTAMPTZ '2001-01-01 00:01:00+01'`, Date.UTC(2000, 11, 31, 23, 1)],
    list: ['[1, 2]', [1, 2]],
    struct: [`{'a': 1}`, { a: 1 }],
  } as const
  const select = Object.entries(columns)
    .map(([name, [sql]]) => `${sql} AS ${name}`)
    .join(', ')
  const nulls = Object.keys(columns)
    .map(name => `NULL AS ${name}`)
    .join(', ')
  const [full, empty] = await query(`SELECT ${select} UNION ALL BY NAME SELECT ${nulls}`)
  assert.deepEqual(full, Object.fromEntries(Object.entries(columns).map(([name, [, value]]) => [name, value])))
  assert.deepEqual(empty, Object.fromEntries(Object.keys(columns).map(name => [name, null])))
})

test('rows come in the order of the file, NULLs in their place, beyond one chunk', async () => {
  const records = await query(
    `SELECT i AS n, CASE WHEN i % 3 = 0 THEN NULL ELSE 's' || i END AS short, CASE WHEN i % 7 = 0 THEN NULL ELSE 'a longer text ' || i END AS text
     FROM range(10000) t(i)`,
  )
  assert.equal(records.length, 10_000)
  records.forEach((record, i) =>
    assert.deepEqual(record, { n: i, short: i % 3 === 0 ? null : `s${i}`, text: i % 7 === 0 ? null : `a longer text ${i}` }),
  )
})

test('typed rows, with their row in rejections', async () => {
  using scratch = new Scratch()
  const path = await scratch.writeParquet(
    'in.parquet',
    `SELECT 's' AS sensor, TIMESTAMP '2024-01-01' AS at, 9007199254740992 + i AS count, 12.345::DECIMAL(9,3) AS price, 'x' AS extra FROM range(-1, 1) t(i)`,
  )
  const { rejections, warnings } = await takeOne(path, readings)
  assert.deepEqual(
    rejections.map(({ place, detail }) => [place.replace(/.*[\\/]/, ''), detail.slice(0, 20)]),
    [
      ['in.parquet row 1', `'price' needs a deci`],
      ['in.parquet row 2', `'count' needs an int`],
    ],
  )
  assert.deepEqual(JSON.parse(rejections[1].raw as string).count, '9007199254740992')
  assert.equal(warnings.filter(warning => /ignored: extra/.test(warning)).length, 1)
})

test('NaN and infinity in a double are rejected, −0 becomes 0', async () => {
  using scratch = new Scratch()
  const values = `(VALUES ('NaN'), ('Infinity'), ('-Infinity'), ('-0.0')) t(v)`
  const path = await scratch.writeParquet('in.parquet', `SELECT 's' AS sensor, 1 AS at, v::DOUBLE AS value FROM ${values}`)
  const { rejections, column } = await takeOne(path, readings)
  assert.equal(rejections.length, 3)
  assert.ok(Object.is(column('value')[0], 0))
})

test('wall-clock times are read in the zone of their column, times in a zone are not', async () => {
  using scratch = new Scratch()
  const zoned: SourceIR = {
    ...readings,
    columns: [
      ...readings.columns.filter(({ name }) => name !== 'at').slice(0, 1),
      { name: 'at', type: 'timestamp', nullable: false, zone: 'Europe/Zurich' },
    ],
  }
  const local = await scratch.writeParquet('local.parquet', `SELECT 's' AS sensor, TIMESTAMP '2024-07-01 12:00' AS at`)
  const instant = await scratch.writeParquet('instant.parquet', `SELECT 's' AS sensor, TIMESTAMPTZ '2024-07-01 12:00:00+00' AS at`)
  const number = await scratch.writeParquet('number.parquet', `SELECT 's' AS sensor, ${Date.UTC(2024, 6, 1, 12)} AS at`)
  assert.deepEqual([...(await takeOne(local, zoned)).block.time], [Date.UTC(2024, 6, 1, 10)])
  assert.deepEqual([...(await takeOne(instant, zoned)).block.time], [Date.UTC(2024, 6, 1, 12)])
  assert.deepEqual([...(await takeOne(number, zoned)).block.time], [Date.UTC(2024, 6, 1, 12)])
})

test('Parquet of another schema names the file, the column and what is there', async () => {
  using scratch = new Scratch()
  const path = await scratch.writeParquet('in.parquet', `SELECT 's' AS senzor, 1 AS at`)
  const { error } = await takeOne(path, readings)
  assert.equal(error?.code, 'SPILL_NOT_FOUND')
  assert.equal(error.message, `in.parquet has no column 'sensor'; did you mean 'senzor'?`)
  const other = await scratch.writeParquet('other.parquet', `SELECT 1 AS alpha, 2 AS beta`)
  assert.equal((await takeOne(other, readings)).error?.message, `other.parquet has no column 'sensor'; there is alpha, beta`)
})

test('a damaged Parquet file is an error', async () => {
  using scratch = new Scratch()
  const whole = readFileSync(await scratch.writeParquet('whole.parquet', `SELECT 's' AS sensor, i AS at FROM range(5000) t(i)`))
  for (const length of [4, 12, whole.length >> 1, whole.length - 1]) {
    const { error } = await takeOne(scratch.write('cut.parquet', whole.subarray(0, length)), readings)
    assert.equal(error?.code, 'SPILL_TRUNCATED')
    assert.match(error.message, /^cut\.parquet is not a readable Parquet file: /)
    assert.ok(!error.message.includes(scratch.path('')), 'the message holds the folder')
  }
})

test('a file written again under its name is read anew', async () => {
  using scratch = new Scratch()
  for (let round = 0; round < 5; round++)
    assert.deepEqual(await recordsOf(await scratch.writeParquet('in.parquet', `SELECT ${round} AS n`)), [{ n: round }])
})

test('a path is a path and no pattern', async () => {
  using scratch = new Scratch()
  await scratch.writeParquet('ab.parquet', `SELECT 1 AS n`)
  for (const name of ['a*.parquet', 'a[b].parquet', `it's?.parquet`])
    assert.deepEqual(await recordsOf(await scratch.writeParquet(name, `SELECT 2 AS n`)), [{ n: 2 }])
})

test('one file feeds two sources and is read once; a map sees every column', async () => {
  using scratch = new Scratch()
  const path = await scratch.writeParquet('in.parquet', `SELECT 's' AS sensor, i AS at, i * 2 AS until FROM range(3) t(i)`)
  const strings = new Strings()
  const onRejected = () => assert.fail('nothing is rejected')
  const starts = new HistoryBuilder({ ...readings, columns: readings.columns.slice(0, 2) }, { strings, onRejected })
  const map = (raw: { sensor: string; until: number }) => ({ sensor: raw.sensor, at: raw.until })
  const ends = new HistoryBuilder({ ...readings, name: 'ends', mapVersion: '1' }, { strings, onRejected, map })
  const counts = await loadFile(path, [starts, ends], { onRejected })
  assert.equal(counts.records, 3)
  assert.deepEqual([...starts.finish().block.time], [0, 1, 2])
  assert.deepEqual([...ends.finish().block.time], [0, 2, 4])
})

test('a reading that stops early frees what it holds', async () => {
  using scratch = new Scratch()
  const path = await scratch.writeParquet('in.parquet', `SELECT i AS n FROM range(100000) t(i)`)
  for (let round = 0; round < 3; round++) {
    for await (const { records } of (await openInput(path)).batches(['n'])) {
      assert.deepEqual(records[0], { n: 0 })
      break
    }
  }
})
