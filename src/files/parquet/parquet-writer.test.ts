import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { Strings } from '../../columns/strings.ts'
import { openInput } from '../open-input.ts'
import { openParquetTable } from './parquet-writer.ts'
import type { OutputColumn } from '../io/output-table.ts'

const folder = scratchFolder('parquet')

const columns: OutputColumn[] = [
  { name: 'n', type: 'int' },
  { name: 'at', type: 'timestamp' },
  { name: 'texts', type: 'string', list: true },
]

async function writeAndRead(name: string, rows: number): Promise<unknown[]> {
  const strings = new Strings()
  const path = join(folder, name)
  const table = await openParquetTable(path, columns, strings)
  for (let from = 0; from < rows; from += 5000) {
    const length = Math.min(5000, rows - from)
    const numbers = Float64Array.from({ length }, (_, i) => from + i)
    const texts = Int32Array.from({ length }, (_, i) => strings.idOf(`t${from + i}`))
    await table.write(length, [
      { values: numbers },
      { values: numbers, nulls: Uint8Array.from(numbers, n => (n % 3 === 0 ? 1 : 0)) },
      { values: texts, width: 1, counts: Uint16Array.from(numbers, n => n % 2) },
    ])
  }
  await table.close()
  const records: unknown[] = []
  for await (const batch of (await openInput(path)).batches()) records.push(...batch.records)
  return records
}

test('a file has its rows in order, and nothing is left beside it', async () => {
  const rows = 12_345
  const whole = await writeAndRead('whole.parquet', rows)
  assert.equal(whole.length, rows)
  assert.deepEqual(whole[1], { n: 1, at: 1, texts: ['t1'] })
  assert.deepEqual(whole[12_342], { n: 12_342, at: null, texts: [] })
  assert.deepEqual(await writeAndRead('a [part]?.parquet', rows), whole)
  assert.deepEqual(readdirSync(folder).toSorted(), ['a [part]?.parquet', 'whole.parquet'])
})

test('an aborted file leaves nothing', async () => {
  const table = await openParquetTable(join(folder, 'gone.parquet'), [columns[0]], new Strings())
  await table.write(3, [{ values: Float64Array.of(1, 2, 3) }])
  await table.discard()
  assert.ok(readdirSync(folder).every(name => !name.startsWith('gone')))
})

test('texts of any length round-trip', async () => {
  const strings = new Strings()
  const texts = [
    '',
    'a',
    'twelve bytes',
    'thirteen byte',
    'ééééé é',
    'éééééé é',
    '日本語の',
    '日本語の12',
    'x'.repeat(5000),
    '\u0000 and \u0000',
    'twelve\u0000',
  ]
  const path = join(folder, 'texts.parquet')
  const table = await openParquetTable(path, [{ name: 'text', type: 'string' }], strings)
  const rows = 7000
  const values = Int32Array.from({ length: rows }, (_, i) => strings.idOf(texts[(i * 7) % texts.length]))
  await table.write(rows, [{ values, nulls: Uint8Array.from(values, (_, i) => (i % 5 === 0 ? 1 : 0)) }])
  // A text with half a surrogate pair has no UTF-8, and becomes the engine's replacement.
  await table.write(1, [{ values: Int32Array.of(strings.idOf('half \ud800')) }])
  await table.close()
  const records: unknown[] = []
  for await (const batch of (await openInput(path)).batches()) records.push(...batch.records)
  assert.deepEqual(records.pop(), { text: 'half \ufffd' })
  assert.deepEqual(
    records,
    Array.from({ length: rows }, (_, i) => ({ text: i % 5 === 0 ? null : texts[(i * 7) % texts.length] })),
  )
})
