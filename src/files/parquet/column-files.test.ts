import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { random } from '../../base/random.ts'
import { Strings } from '../../columns/strings.ts'
import { fileChecksum } from '../io/file-bytes.ts'
import { ColumnFileWriter } from './parquet-writer.ts'
import { openInput } from '../open-input.ts'
import type { OutputColumn } from '../io/output-table.ts'

const folder = scratchFolder('columns')

const [key, n, x]: OutputColumn[] = [
  { name: 'x', type: 'string' },
  { name: 'n', type: 'int' },
  { name: 'x', type: 'double' },
]
const path = (name: string): string => join(folder, name)

async function recordsIn(file: string): Promise<unknown[]> {
  const records: unknown[] = []
  for await (const batch of (await openInput(file)).batches()) records.push(...batch.records)
  return records
}

test('writes columns to separate files in row order, also two columns of one name', async () => {
  const strings = new Strings()
  const files = await ColumnFileWriter.open(path('scratch'), { memoryMb: 1024, threads: 1 })
  for (const round of [1, 2]) {
    await files.begin([key, n, x])
    files.append(
      2,
      [
        { values: Int32Array.of(strings.idOf('b'), strings.idOf('a')) },
        { values: Float64Array.of(3, 4) },
        { values: Float64Array.of(0.5, 0), nulls: Uint8Array.of(0, 1) },
      ],
      strings,
    )
    files.append(
      1,
      [
        { values: Int32Array.of(strings.idOf('ü')) },
        { values: Float64Array.of(0), nulls: Uint8Array.of(1) },
        { values: Float64Array.of(round) },
      ],
      strings,
    )
    files.reject(n, [2], ['SPILL_LIMIT'])
    const [ofKey, ofN, ofX] = await files.finish([
      { path: path('key.parquet'), columns: [key] },
      { path: path('n.parquet'), columns: [n] },
      { path: path('deep/x.parquet'), columns: [x] },
    ])
    assert.deepEqual(await recordsIn(ofKey.path), [{ x: 'b' }, { x: 'a' }, { x: 'ü' }])
    const noReason = { 'n.rejected': null }
    assert.deepEqual(await recordsIn(ofN.path), [
      { n: 3, ...noReason },
      { n: 4, ...noReason },
      { n: null, 'n.rejected': 'SPILL_LIMIT' },
    ])
    assert.deepEqual(await recordsIn(ofX.path), [{ x: 0.5 }, { x: null }, { x: round }])
    assert.deepEqual(await fileChecksum(ofX.path), { bytes: ofX.bytes, sha256: ofX.sha256 })
  }
  files.close()
})

test('a reason belongs to its column, and not to another of that name', async () => {
  const [time, feature] = [0, 1].map((): OutputColumn => ({ name: 't', type: 'double' }))
  const files = await ColumnFileWriter.open(join(folder, 'same'), { memoryMb: 1024, threads: 1 })
  await files.begin([time, feature])
  files.append(2, [{ values: Float64Array.of(1, 2) }, { values: Float64Array.of(0, 3), nulls: Uint8Array.of(1, 0) }], new Strings())
  files.reject(feature, [0], ['SPILL_LIMIT'])
  const [ofTime, ofFeature] = await files.finish(
    [time, feature].map((column, i) => ({ path: join(folder, `same${i}.parquet`), columns: [column] })),
  )
  files.close()
  assert.deepEqual(await recordsIn(ofTime.path), [{ t: 1 }, { t: 2 }])
  assert.deepEqual(await recordsIn(ofFeature.path), [
    { t: null, 't.rejected': 'SPILL_LIMIT' },
    { t: 3, 't.rejected': null },
  ])
})

test('spills what exceeds the memory limit, with equal bytes', async () => {
  const ROWS = 200_000
  const next = random(1)
  const columns = Array.from({ length: 8 }, (_, i): OutputColumn => ({ name: `c${i}`, type: 'double' }))
  const values = columns.map(() => ({ values: Float64Array.from({ length: ROWS }, next) }))
  const sums = []
  let spilled = false
  for (const memoryMb of [48, 1024]) {
    const scratch = path(`memory-${memoryMb}`)
    const files = await ColumnFileWriter.open(scratch, { memoryMb, threads: 1 })
    await files.begin(columns)
    for (let i = 0; i < 6; i++) files.append(ROWS, values, new Strings())
    if (memoryMb < 1024) spilled = existsSync(scratch)
    sums.push(await files.finish(columns.map(column => ({ path: path(`${column.name}.parquet`), columns: [column] }))))
    files.close()
  }
  assert.ok(spilled, 'some rows were spilled')
  assert.deepEqual(sums[0], sums[1])
})

test('the bytes of a file do not depend on the batches of its rows', async () => {
  const ROWS = 300_000
  const values = Float64Array.from({ length: ROWS }, (_, i) => (i * 7919) % 1000)
  const nulls = Uint8Array.from({ length: ROWS }, (_, i) => Number(i % 7 === 0))
  const files = await ColumnFileWriter.open(path('scratch'), { memoryMb: 1024, threads: 1 })
  const sums = []
  for (const batchRows of [ROWS, 65_536, 100_001, 1777]) {
    await files.begin([n])
    for (let from = 0; from < ROWS; from += batchRows) {
      const to = Math.min(ROWS, from + batchRows)
      files.append(to - from, [{ values: values.subarray(from, to), nulls: nulls.subarray(from, to) }], new Strings())
    }
    sums.push(await files.finish([{ path: path('n.parquet'), columns: [n] }]))
  }
  files.close()
  for (const sum of sums) assert.deepEqual(sum, sums[0])
})

test('a file that cannot be written is an error, and leaves nothing', async () => {
  const files = await ColumnFileWriter.open(path('scratch'), { memoryMb: 1024, threads: 1 })
  writeFileSync(path('file'), '')
  mkdirSync(path('taken.parquet'))
  await files.begin([n])
  files.append(1, [{ values: Float64Array.of(1) }], new Strings())
  await assert.rejects(files.finish([{ path: path('file/n.parquet'), columns: [n] }]), { code: 'SPILL_FILE' })
  await assert.rejects(files.finish([{ path: path('taken.parquet'), columns: [n] }]), { code: 'SPILL_FILE' })
  assert.equal(existsSync(path('taken.parquet.part')), false)
  await assert.rejects(fileChecksum(path('none')), { code: 'SPILL_FILE', message: /does not exist/ })
  assert.equal(readFileSync(path('file'), 'utf8'), '')
  files.close()
})
