/** Rows of Parquet that go straight into cells are what they are the long way, refusals included. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { random } from '../base/random.ts'
import { Strings } from '../columns/strings.ts'
import { source, t } from '../index.ts'
import { Intake } from '../intake/intake.ts'
import type { Refusal } from '../intake/refusal.ts'
import { connect } from './duckdb.ts'
import { openInput } from './input.ts'
import { takeFile } from './take-file.ts'

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

/** Rows some of which are wrong in each way that a row of Parquet can be; or none of them from row `cleanUpTo` down. */
async function written(seed: number, cleanUpTo = 0): Promise<string> {
  const path = join(folder, `${seed}.parquet`)
  const next = random(seed)
  const one = (values: readonly string[]): string => values[Math.floor(next() * values.length)]
  const rows = Array.from({ length: ROWS }, (_, i) =>
    i < cleanUpTo
      ? cleanRow(i, next)
      : `(${[
          next() < 0.02 ? 'NULL' : one([`'k${i % 50}'`, `'a key that is longer than twelve bytes ${i % 7}'`, `'ü${i % 3}'`, `''`]),
          one(['NULL', '-51', '0', '1000001', String(Math.floor(next() * 1000))]),
          one(['NULL', '9007199254740991', '9007199254740993', '-5']),
          one(['NULL', '1.25', '-0.00', '12.5', '99999999999.99']),
          one(['NULL', `'NaN'::DOUBLE`, '-0.0', '0.1', '1e300']),
          one(['NULL', 'true', 'false']),
          one(['NULL', `'a'`, `'b'`, `'c'`]),
          one(['NULL', `''`, `'${'n'.repeat(Math.floor(next() * 40))}'`, `'日本語のテキスト'`]),
          one(['NULL', `'2026-03-29 02:30:00'`, `'2026-10-25 02:30:00.123456'`, `'1969-12-31 23:59:59.999999'`]),
          one(['NULL', '250', '-3']),
          next() < 0.02 ? 'NULL' : `'2026-01-0${1 + (i % 9)} 10:00:00.5+00'`,
        ].join(', ')})`,
  )
  const connection = await connect()
  const types = `key VARCHAR, n INTEGER, large BIGINT, price DECIMAL(18, 2), x DOUBLE, ok BOOLEAN, kind VARCHAR, note VARCHAR, local TIMESTAMP, took BIGINT, "at" TIMESTAMPTZ`
  await connection.run(`SET TimeZone = 'UTC'; CREATE TEMP TABLE t${seed} (${types})`)
  await connection.run(`INSERT INTO t${seed} VALUES ${rows.join(', ')}`)
  await connection.run(`COPY t${seed} TO '${path}' (FORMAT parquet)`)
  connection.closeSync()
  return path
}

/** A row that nothing is wrong with, NULLs among them. */
function cleanRow(i: number, next: () => number): string {
  const or = (value: string): string => (next() < 0.2 ? 'NULL' : value)
  return `(${[
    `'k${'long'.repeat(i % 5)}${i % 50}'`,
    or(String(Math.floor(next() * 1000) - 50)),
    or(String(Math.floor((next() - 0.5) * 2 ** 53))),
    or('12.25'),
    or(['-0.0', '0.1', '-1e300'][i % 3]),
    or('true'),
    or(`'b'`),
    or(`'${'é'.repeat(i % 9)}'`),
    or(`'1969-12-31 23:59:59.999999'`),
    or('250'),
    `'2026-01-0${1 + (i % 9)} 10:00:00.5+00'`,
  ].join(', ')})`
}

function intake(): { readonly take: Intake; readonly refused: Refusal[]; readonly strings: Strings } {
  const refused: Refusal[] = []
  const strings = new Strings()
  return { take: new Intake(things, { strings, onRefused: refusal => void refused.push(refusal) }), refused, strings }
}

/** Rows and refusals, texts as texts. */
function taken({ take, refused, strings }: ReturnType<typeof intake>): unknown {
  const { block, counts } = take.finish()
  const columns = things.columns.map(({ name, type }) => {
    const { values, nulls } = block.columns[name]
    return [name, ...Array.from(values, (value, row) => (nulls?.[row] === 1 ? null : type === 'string' ? strings.textOf(value) : value))]
  })
  return { columns, time: [...block.time], counts, refused }
}

test('what is read into cells is, to the bit, what records give', async () => {
  for (const seed of [1, 2]) {
    const path = await written(seed)
    const [straight, long] = [intake(), intake()]
    await takeFile(path, [straight.take], { onRefused: () => assert.fail() })
    for await (const batch of (await openInput(path)).batches()) {
      assert.equal(batch.cells, undefined)
      long.take.take(batch)
    }
    assert.deepEqual(taken(straight), taken(long))
    assert.ok(long.refused.length > 1000 && long.refused.length < ROWS - 500, `${long.refused.length} of ${ROWS} rows refused`)
  }
})

test('chunks with which nothing is wrong are taken at once, and are what their records are', async () => {
  const path = await written(3, 4500)
  const [straight, long] = [intake(), intake()]
  await takeFile(path, [straight.take], { onRefused: () => assert.fail() })
  for await (const batch of (await openInput(path)).batches()) long.take.take(batch)
  assert.deepEqual(taken(straight), taken(long))
  assert.ok(long.refused.length > 200 && long.refused.length < 1500, `${long.refused.length} rows refused`)
  assert.ok(long.refused.some(({ detail }) => detail.startsWith("'note' has ")))
  assert.match(long.refused[0].place, /row 45\d\d$/)
})
