/** The history of an audit is bit-identical for all column names in the files; missing columns are reported with the fix. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { random } from '../../base/random.ts'
import { count, entity, features, linear, model, on, pipeline, source, stream, t, type Pipeline } from '../../index.ts'
import { connectDuckDB, sqlIdentifier, sqlLiteral } from '../../files/parquet/duckdb.ts'
import { readAuditHistory } from './audit-history.ts'
import type { ColumnOption } from '../command/column-mapping.ts'
import type { AuditRequest } from './audit-request.ts'

const folder = scratchFolder('history')

const COLUMNS = ['id', 'shop', 'amount', 'paid', 'note', 'at', 'seen'] as const
type Name = (typeof COLUMNS)[number]

/** A source with local times, an ingestion time, an id, an exact number and nullable columns, with or without a map. */
function shopOf(isMapped: boolean): Pipeline {
  const shop = entity('shop', t.string())
  const zone = 'Europe/Zurich'
  const orders = source('orders', {
    schema: {
      id: t.int(),
      shop,
      amount: t.decimal(2, { min: 0 }),
      paid: t.bool().nullable(),
      note: t.string().nullable(),
      at: t.timestamp({ zone }),
      seen: t.timestamp({ zone }),
    },
    key: 'shop',
    time: 'at',
    id: 'id',
    arrives: 'seen',
    ...(isMapped && { map: ({ id, shop, amount, paid, note, at, seen }) => ({ id, shop, amount, paid, note, at, seen }), mapVersion: '1' }),
  })
  const sums = features('sums', {
    from: orders,
    entity: shop,
    place: stream,
    values: o => ({ n: count('1h', o.paid), mean: o.amount.mean('1h'), note: o.note.last('1h') }),
  })
  const large = model('large', {
    decide: on(orders),
    inputs: o => ({ n: sums.of(o.shop).n, mean: sums.of(o.shop).mean, noted: sums.of(o.shop).note.isNull() }),
    score: linear({ intercept: 0, weights: { n: 1 } }),
  })
  return pipeline('shop', [large])
}

type Row = Record<Name, string | number | boolean | null>

/** Rows with duplicates, late events and one invalid amount. */
const rows: readonly Row[] = Array.from({ length: 400 }, (_, i) => ({
  id: i % 50 === 49 ? i - 1 : i,
  shop: `s${(i * 7) % 5}`,
  amount: i === 200 ? -1 : (i % 90) + 0.25,
  paid: i % 11 === 0 ? null : i % 3 === 0,
  note: i % 4 === 0 ? null : `n${i % 6}`,
  at: `2026-03-29 0${Math.floor(i / 100)}:${String(i % 60).padStart(2, '0')}:00`,
  seen: `2026-03-29 0${Math.floor(i / 100) + (i % 17 === 0 ? 1 : 0)}:${String(i % 60).padStart(2, '0')}:30`,
}))
rows.forEach((row, i) => i % 50 === 49 && Object.assign(row, rows[i - 1]))

const types: Readonly<Record<Name, string>> = {
  id: 'INTEGER',
  shop: 'VARCHAR',
  amount: 'DECIMAL(9,2)',
  paid: 'BOOLEAN',
  note: 'VARCHAR',
  at: 'TIMESTAMP',
  seen: 'TIMESTAMP',
}

type Names = Readonly<Record<Name, string>>
const own = Object.fromEntries(COLUMNS.map(name => [name, name])) as Names

const formats: Readonly<Record<string, (path: string, names: Names) => Promise<void> | void>> = {
  csv(path, names) {
    const cell = (value: Row[Name]): string =>
      value === null ? '' : /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value)
    const lines = [COLUMNS.map(name => names[name]), ...rows.map(row => COLUMNS.map(name => row[name]))]
    writeFileSync(path, lines.map(line => line.map(cell).join(',')).join('\n'))
  },
  ndjson(path, names) {
    const record = (row: Row) => Object.fromEntries(COLUMNS.map(name => [names[name], row[name]]))
    writeFileSync(path, rows.map(row => JSON.stringify(record(row))).join('\n'))
  },
  async parquet(path, names) {
    const literal = (value: Row[Name]): string => (typeof value === 'string' ? sqlLiteral(value) : String(value))
    const values = rows.map(row => `(${COLUMNS.map(name => literal(row[name])).join(', ')})`).join(', ')
    const select = COLUMNS.map((name, i) => `CAST(c${i} AS ${types[name]}) AS ${sqlIdentifier(names[name])}`).join(', ')
    const connection = await connectDuckDB()
    const table = `(VALUES ${values}) v(${COLUMNS.map((_, i) => `c${i}`).join(', ')})`
    await connection.run(`COPY (SELECT ${select} FROM ${table}) TO ${sqlLiteral(path)} (FORMAT parquet)`)
    connection.closeSync()
  },
}

/** The history that an audit reads from a file. */
async function loaded(shop: Pipeline, path: string, columns: readonly ColumnOption[]) {
  const request = { files: [{ source: 'orders', path }], data: undefined, columns } as unknown as AuditRequest
  const { log, rejected, warnings } = await readAuditHistory(shop, request, () => {})
  const { block, counts, source: of } = log.histories.get('orders')!
  const { notes } = { notes: block.columns['note'] }
  return {
    history: { of, block, counts, length: log.length, until: log.until, rejected: rejected?.count },
    first: rejected?.first,
    texts: Array.from(notes.values, (id, row) => (notes.nulls?.[row] ? null : log.strings.textOf(id))),
    warnings,
  }
}

const columnsOf = (names: Names): ColumnOption[] =>
  COLUMNS.filter(name => names[name] !== name).map((name): ColumnOption => ({ source: 'orders', column: name, fieldName: names[name] }))

/** Difficult column names: object members, numbers, blanks, quotes and points. */
const difficultNames = [
  'Order No',
  'constructor',
  'Wert (€)',
  'a.b',
  "it's",
  '2026',
  'toString',
  'A"B',
  'x=y',
  'Zeit, lokal',
  'Nr',
  'null',
  '__at',
]

function drawnNames(seed: number): Names {
  const next = random(seed)
  const pool = [...difficultNames, ...COLUMNS]
  const names = COLUMNS.map(() => pool.splice(Math.floor(next() * pool.length), 1)[0])
  return Object.fromEntries(COLUMNS.map((name, i) => [name, names[i]])) as Names
}

for (const [format, write] of Object.entries(formats))
  for (const isMapped of [false, true])
    test(`${format}, ${isMapped ? 'with a map' : 'without a map'}: columns of other names give the same history`, async () => {
      const shop = shopOf(isMapped)
      const path = join(folder, `own.${format}`)
      await write(path, own)
      const expected = await loaded(shop, path, [])
      assert.equal(expected.history.block.length, 391)
      assert.equal(expected.history.rejected, 1)
      assert.match(expected.first!, new RegExp(`own\\.${format}(:| row )\\d+ \\(source 'orders'\\): \\w+, .`))
      for (let seed = 1; seed <= 12; seed++) {
        const names = drawnNames(seed)
        const theirs = join(folder, `theirs-${seed}.${format}`)
        await write(theirs, names)
        const actual = await loaded(shop, theirs, columnsOf(names))
        assert.deepEqual(actual.history, expected.history, JSON.stringify(names))
        assert.deepEqual(actual.texts, expected.texts)
        assert.deepEqual(actual.warnings, [])
      }
    })

test('fields without a column are ignored with a warning, in every format', async () => {
  const expected = await loaded(shopOf(false), join(folder, 'own.csv'), [])
  for (const [format, write] of Object.entries(formats)) {
    const path = join(folder, `more.${format}`)
    await write(path, { ...own, note: 'remark' })
    const { history, warnings } = await loaded(shopOf(false), path, [])
    assert.equal(history.block.length, expected.history.block.length)
    assert.deepEqual(history.block.columns['note'].nulls, new Uint8Array(history.block.length).fill(1))
    assert.match(warnings.join('\n'), /'note'/)
    assert.match(warnings.join('\n'), new RegExp(`more\\.${format} has (columns|fields) that 'orders' does not name, ignored: remark`))
  }
})

test('an unknown name in --column and a missing column are reported with the file and the fix', async () => {
  for (const [format, write] of Object.entries(formats)) {
    const path = join(folder, `sums.${format}`)
    await write(path, { ...own, amount: 'total' })
    const wrong = (columns: readonly [string, string][], message: RegExp, shop = shopOf(false)) =>
      assert.rejects(
        loaded(
          shop,
          path,
          columns.map(([column, theirs]): ColumnOption => ({ source: 'orders', column, fieldName: theirs })),
        ),
        (error: Error) => {
          assert.match(error.message, message)
          return true
        },
      )
    const none = new RegExp(
      `sums\\.${format} has no column 'totla', which the column mapping orders\\.amount=totla names; did you mean 'total'\\?`,
    )
    await wrong([['amount', 'totla']], none)
    await wrong([['amount', 'totla']], none, shopOf(true))
    await wrong(
      [],
      new RegExp(`sums\\.${format} has no column 'amount', which source 'orders' needs; .*--column orders\\.amount=FIELD; there is total`),
    )
    await wrong(
      [
        ['amount', 'total'],
        ['note', 'total'],
      ],
      /both 'amount' and 'note' of source 'orders' to 'total'/,
    )
    await wrong(
      [
        ['amount', 'total'],
        ['amount', 'note'],
      ],
      /--column orders\.amount is given twice, as 'total' and as 'note'/,
    )
    await wrong(
      [['amount', 'note']],
      /maps 'amount' of source 'orders' to 'note', which is a different column of the source; .*--column orders\.note=FIELD/,
    )
    await wrong([['amont', 'total']], /source 'orders' has no column 'amont'; did you mean 'amount'/)
  }
})

test('a mapped name may occur in one of several files', async () => {
  const [csv, ndjson] = [join(folder, 'part.csv'), join(folder, 'part.ndjson')]
  await formats['csv'](csv, { ...own, note: 'remark' })
  await formats['ndjson'](ndjson, own)
  const columns: ColumnOption[] = [{ source: 'orders', column: 'note', fieldName: 'remark' }]
  const files = [csv, ndjson].map(path => ({ source: 'orders', path }))
  const { log, warnings } = await readAuditHistory(shopOf(false), { files, data: undefined, columns } as unknown as AuditRequest, () => {})
  assert.equal(log.histories.get('orders')!.counts.records, 800)
  assert.match(warnings.join('\n'), /the first records of .*part\.ndjson have no field 'remark'/)
})

test('if a map rejects all records, the error lists the columns of the file', async () => {
  const path = join(folder, 'all.csv')
  await formats['csv'](path, { ...own, at: 'when' })
  await assert.rejects(
    loaded(shopOf(true), path, []),
    /all 400 records of source 'orders' were rejected; .*'at' is missing; if a column has a different name there, add --column orders\.COLUMN=FIELD; .*all\.csv has id, shop, amount, paid, note, when, seen/,
  )
})
