/** Rows of Parquet decoded straight into cells equal those of the general path, including rejections. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { random } from '../../base/random.ts'
import { Strings } from '../../columns/strings.ts'
import { source, t } from '../../index.ts'
import { HistoryBuilder } from '../../intake/history-builder.ts'
import type { Rejection } from '../../intake/rejection.ts'
import { connectDuckDB } from './duckdb.ts'
import { openInput, loadFile } from '../open-input.ts'

const folder = scratchFolder('cells')

const things = source('things', {
  schema: {
    key: t.string(),
    n: t.int({ min: -50, max: 1_000_000 }).nullable(),
    large: t.int().nullable(),
    price: t.decimal(2).nullable(),
    x: t.double().nullable(),
    ok: t.bool().nullable(),
    kind: t.enum(['a', 'b']).nullable(),
    note: t.string({ maxBytes: 36 }).nullable(),
    local: t.timestamp({ zone: 'Europe/Berlin' }).nullable(),
    took: t.duration().nullable(),
    missing: t.int().nullable(),
    at: t.timestamp(),
  },
  key: 'key',
  time: 'at',
}).ir

const ROWS = 6000

/** Writes rows with every kind of fault that Parquet rows can have; rows before `cleanUpTo` have none. */
async function writeFile(seed: number, cleanUpTo = 0): Promise<string> {
  const path = join(folder, `${seed}.parquet`)
  const next = random(seed)
  const pick = (values: readonly string[]): string => values[Math.floor(next() * values.length)]
  const rows = Array.from({ length: ROWS }, (_, i) =>
    i < cleanUpTo
      ? cleanRow(i, next)
      : `(${[
          next() < 0.02 ? 'NULL' : pick([`'k${i % 50}'`, `'a key that is longer than twelve bytes ${i % 7}'`, `'ü${i % 3}'`, `''`]),
          pick(['NULL', '-51', '0', '1000001', String(Math.floor(next() * 1000))]),
          pick(['NULL', '9007199254740991', '9007199254740993', '-5']),
          pick(['NULL', '1.25', '-0.00', '12.5', '99999999999.99']),
          pick(['NULL', `'NaN'::DOUBLE`, '-0.0', '0.1', '1e300']),
          pick(['NULL', 'true', 'false']),
          pick(['NULL', `'a'`, `'b'`, `'c'`]),
          pick(['NULL', `''`, `'${'n'.repeat(Math.floor(next() * 40))}'`, `'日本語のテキスト'`]),
          pick(['NULL', `'2026-03-29 02:30:00'`, `'2026-10-25 02:30:00.123456'`, `'1969-12-31 23:59:59.999999'`]),
          pick(['NULL', '250', '-3']),
          next() < 0.02 ? 'NULL' : `'2026-01-0${1 + (i % 9)} 10:00:00.5+00'`,
        ].join(', ')})`,
  )
  const connection = await connectDuckDB()
  const types = `key VARCHAR, n INTEGER, large BIGINT, price DECIMAL(18, 2), x DOUBLE, ok BOOLEAN, kind VARCHAR, note VARCHAR, local TIMESTAMP, took BIGINT, "at" TIMESTAMPTZ`
  await connection.run(`SET TimeZone = 'UTC'; CREATE TEMP TABLE t${seed} (${types})`)
  await connection.run(`INSERT INTO t${seed} VALUES ${rows.join(', ')}`)
  await connection.run(`COPY t${seed} TO '${path}' (FORMAT parquet)`)
  connection.closeSync()
  return path
}

/** A valid row, with some NULLs. */
function cleanRow(i: number, next: () => number): string {
  const orNull = (value: string): string => (next() < 0.2 ? 'NULL' : value)
  return `(${[
    `'k${'long'.repeat(i % 5)}${i % 50}'`,
    orNull(String(Math.floor(next() * 1000) - 50)),
    orNull(String(Math.floor((next() - 0.5) * 2 ** 53))),
    orNull('12.25'),
    orNull(['-0.0', '0.1', '-1e300'][i % 3]),
    orNull('true'),
    orNull(`'b'`),
    orNull(`'${'é'.repeat(i % 9)}'`),
    orNull(`'1969-12-31 23:59:59.999999'`),
    orNull('250'),
    `'2026-01-0${1 + (i % 9)} 10:00:00.5+00'`,
  ].join(', ')})`
}

function newIntake(): { readonly builder: HistoryBuilder; readonly rejected: Rejection[]; readonly strings: Strings } {
  const rejected: Rejection[] = []
  const strings = new Strings()
  return { builder: new HistoryBuilder(things, { strings, onRejected: rejection => void rejected.push(rejection) }), rejected, strings }
}

/** Rows and rejections, with texts instead of ids. */
function resultOf({ builder: take, rejected, strings }: ReturnType<typeof newIntake>): unknown {
  const { block, counts } = take.finish()
  const columns = things.columns.map(({ name, type }) => {
    const { values, nulls } = block.columns[name]
    return [name, ...Array.from(values, (value, row) => (nulls?.[row] === 1 ? null : type === 'string' ? strings.textOf(value) : value))]
  })
  return { columns, time: [...block.time], counts, rejected }
}

test('cells equal the values of records, to the bit', async () => {
  for (const seed of [1, 2]) {
    const path = await writeFile(seed)
    const [fast, general] = [newIntake(), newIntake()]
    await loadFile(path, [fast.builder], { onRejected: () => assert.fail() })
    for await (const batch of (await openInput(path)).batches()) {
      assert.equal(batch.cells, undefined)
      general.builder.validate(batch)
    }
    assert.deepEqual(resultOf(fast), resultOf(general))
    assert.ok(general.rejected.length > 1000 && general.rejected.length < ROWS - 500, `${general.rejected.length} of ${ROWS} rows rejected`)
  }
})

test('chunks without faults are added at once, and equal their records', async () => {
  const path = await writeFile(3, 4500)
  const [fast, general] = [newIntake(), newIntake()]
  await loadFile(path, [fast.builder], { onRejected: () => assert.fail() })
  for await (const batch of (await openInput(path)).batches()) general.builder.validate(batch)
  assert.deepEqual(resultOf(fast), resultOf(general))
  assert.ok(general.rejected.length > 200 && general.rejected.length < 1500, `${general.rejected.length} rows rejected`)
  assert.ok(general.rejected.some(({ detail }) => detail.startsWith("'note' has ")))
  assert.match(general.rejected[0].place, /row 45\d\d$/)
})
