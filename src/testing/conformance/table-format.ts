/** The contract of `TableFormat` and `FeatureTable`: values, commits, tokens, columns that are added, replaced partitions and pruned reads. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  partitionAt,
  type CalendarPartition,
  type FeatureTableQuery,
  type FeatureRow,
  type FeatureTable,
  type StoredPartition,
  type TableFormat,
  type WrittenPartition,
} from '../../offline/index.ts'
import { clausesOver, testClauses, type ContractClause } from './clauses.ts'
import { featureColumn, rowsColumn, writtenBatch, type WrittenColumn } from './table-values.ts'

/** The input of `testTableFormat`. */
export interface TableFormatHarness {
  readonly format: TableFormat
  /** A new place for a table, each time. */
  readonly location: () => string
}

/**
 * Registers the conformance suite of a table format: one test of `node:test` a clause. It writes some days of two feature groups, and reads them back.
 * @example
 *   import { parquetFolder } from 'spillway/ports'
 *   import { testTableFormat } from 'spillway/testing'
 *   testTableFormat('parquet', { format: parquetFolder, location: () => mkdtempSync('table-') })
 */
export function testTableFormat(name: string, harness: TableFormatHarness): void {
  testClauses(name, tableFormatClauses, harness)
}

const at = (text: string): number => Date.parse(text)
const first = partitionAt('day', at('2026-01-30T00:00Z'))
const second = partitionAt('day', at('2026-01-31T00:00Z'))
const hours = (day: number, ...of: readonly number[]): number[] => of.map(hour => day + hour * 3_600_000)

const firstRows = rowsColumn('a', [['a'], ['b'], ['é']], hours(first.start, 1, 1, 23))
const secondRows = rowsColumn('b', [['a'], ['']], hours(second.start, 0, 5))
const spent = featureColumn('spent', 'double', [1.5, null, -0.1], 'a')
const secondSpent = featureColumn('spent', 'double', [7, 8], 'b')

type Written = readonly [partition: CalendarPartition, columns: readonly WrittenColumn[], group?: string]
const firstDay: Written = [first, [firstRows, spent]]
const secondDay: Written = [second, [secondRows, secondSpent]]

/** A place for a table, opened anew at each call; closes all tables. */
class TablePlace {
  readonly #format: TableFormat
  readonly #location: string
  readonly #scratch = mkdtempSync(join(tmpdir(), 'spillway-table-'))
  readonly #tables: FeatureTable[] = []

  constructor({ format, location }: TableFormatHarness) {
    this.#format = format
    this.#location = location()
  }

  async open(unit: 'day' | 'month' = 'day'): Promise<FeatureTable> {
    const table = await this.#format.open(this.#location, { unit })
    this.#tables.push(table)
    return table
  }

  /** Writes partitions to a table, and does not commit them. */
  async write(table: FeatureTable, ...all: readonly Written[]): Promise<WrittenPartition[]> {
    const written: WrittenPartition[] = []
    for (const [partition, columns, group = 'spending'] of all) {
      const writer = await table.writer(this.#scratch)
      try {
        await writer.begin(columns.map(({ column }) => column))
        writer.append(writtenBatch(columns))
        written.push(await writer.finish(group, partition))
      } finally {
        writer.close()
      }
    }
    return written
  }

  /** A table with these partitions. */
  async committed(...all: readonly Written[]): Promise<FeatureTable> {
    const table = await this.open()
    await table.commit(await this.write(table, ...all))
    return table
  }

  async close(): Promise<void> {
    for (const table of this.#tables) await table.close()
    rmSync(this.#scratch, { recursive: true, force: true })
  }
}

const clause = clausesOver<TableFormatHarness, [place: TablePlace]>(async (harness, check) => {
  const place = new TablePlace(harness)
  try {
    await check(place)
  } finally {
    await place.close()
  }
})

async function read(table: FeatureTable, query: Partial<FeatureTableQuery> = {}): Promise<FeatureRow[]> {
  const all: FeatureRow[] = []
  for await (const rows of table.read({ group: 'spending', features: ['spent'], ...query })) all.push(...rows)
  return all
}

const rowsOf = (rows: WrittenColumn, ...features: readonly WrittenColumn[]): FeatureRow[] =>
  rows.rows.map((row, i) => ({
    key: row.slice(0, -1) as FeatureRow['key'],
    t: row.at(-1) as number,
    values: features.map(({ rows: own }) => own[i][0]),
  }))

const tokensOf = (stored: Readonly<Record<string, StoredPartition>>): unknown =>
  Object.fromEntries(
    Object.entries(stored).map(([name, { rows, columns }]) => [
      name,
      { rows, columns: Object.fromEntries(Object.entries(columns).map(([column, { code, input }]) => [column, `${code} ${input}`])) },
    ]),
  )

/** The clauses of the contract. */
export const tableFormatClauses: readonly ContractClause<TableFormatHarness>[] = [
  clause('a new table has no partitions, rows or snapshots', async place => {
    const table = await place.open()
    assert.deepEqual([await table.partitions('spending'), await read(table), await table.snapshots()], [{}, [], []])
    assert.equal(table.unit, 'day')
  }),
  clause('committed values are read as they were written, in their order', async place => {
    const features = [
      spent,
      featureColumn('n', 'int', [0, Number.MAX_SAFE_INTEGER, -3], 'a'),
      featureColumn('t', 'timestamp', [at('2026-01-01T00:00:00.001Z'), null, -1], 'a'),
      featureColumn('age', 'duration', [86_400_000, 0, null], 'a'),
      featureColumn('kind', 'string', ["it's", '', '\u{1F600}'], 'a'),
      featureColumn('isNew', 'bool', [true, false, null], 'a'),
      featureColumn('kinds', 'string', [['b', 'a'], ['é'], null], 'a', true),
      featureColumn('buckets', 'int', [[0, 1], [5], null], 'a', true),
    ]
    const table = await place.committed([first, [firstRows, ...features]])
    const names = features.map(({ feature }) => feature)
    assert.deepEqual(await read(table, { features: names }), rowsOf(firstRows, ...features))
    assert.deepEqual(await read(table, { features: names.toReversed() }), rowsOf(firstRows, ...features.toReversed()))
  }),
  clause('nothing is visible before its commit, and a reopened table has it after', async place => {
    const table = await place.open()
    const written = await place.write(table, firstDay)
    assert.deepEqual([await table.partitions('spending'), await read(table)], [{}, []])
    assert.deepEqual(await read(await place.open()), [])
    await table.commit(written)
    for (const opened of [table, await place.open()]) {
      assert.deepEqual(await read(opened), rowsOf(firstRows, spent))
      assert.deepEqual(tokensOf(await opened.partitions('spending')), {
        [first.name]: { rows: 3, columns: { rows: 'code a', 'feature.spent': 'code a' } },
      })
    }
  }),
  clause('a commit that is repeated changes nothing', async place => {
    const table = await place.open()
    const written = await place.write(table, firstDay)
    await table.commit(written)
    const before = await table.snapshots()
    await table.commit(written)
    await (await place.open()).commit(structuredClone(written))
    const reopened = await place.open()
    assert.deepEqual(await read(reopened), rowsOf(firstRows, spent))
    assert.deepEqual((await reopened.snapshots())[0], before[0])
  }),
  clause('a column that is written again replaces itself and no other', async place => {
    const table = await place.committed(firstDay, secondDay)
    const [before] = await table.snapshots()
    const changed = featureColumn('spent', 'double', [2, 3, 4], 'changed')
    await table.commit(await place.write(table, [first, [changed]]))
    const reopened = await place.open()
    assert.deepEqual(await read(reopened), [...rowsOf(firstRows, changed), ...rowsOf(secondRows, secondSpent)])
    const stored = (await reopened.partitions('spending'))[first.name].columns
    assert.deepEqual([stored['rows'].input, stored['feature.spent'].input], ['a', 'changed'])
    assert.notDeepEqual((await reopened.snapshots())[0], before, 'another content is another snapshot')
  }),
  clause('a feature that is added later is NULL in partitions without it', async place => {
    const table = await place.committed(firstDay, secondDay)
    const added = featureColumn('most', 'int', [5, null], 'b')
    await table.commit(await place.write(table, [second, [added]]))
    const nulls = featureColumn('most', 'int', [null, null, null], 'a')
    const expected = [...rowsOf(firstRows, nulls, spent), ...rowsOf(secondRows, added, secondSpent)]
    assert.deepEqual(await read(await place.open(), { features: ['most', 'spent'] }), expected)
  }),
  clause('a read gives the rows from `from` and before `to`, and no others', async place => {
    const table = await place.committed(secondDay, firstDay)
    const all = [...rowsOf(firstRows, spent), ...rowsOf(secondRows, secondSpent)]
    const [from, to] = [first.start + 3_600_000, second.start + 5 * 3_600_000]
    assert.deepEqual(await read(table), all)
    assert.deepEqual(await read(table, { from, to }), all.slice(0, -1))
    assert.deepEqual(await read(table, { from: from + 1 }), all.slice(2))
    assert.deepEqual(await read(table, { from: second.start }), all.slice(3))
    assert.deepEqual(await read(table, { to: first.start }), [])
    assert.deepEqual(
      await read(table, { features: [] }),
      all.map(row => ({ ...row, values: [] })),
    )
  }),
  clause('groups are apart', async place => {
    const table = await place.committed(firstDay, [first, [secondRows, secondSpent], 'other'])
    assert.deepEqual(await read(table), rowsOf(firstRows, spent))
    assert.deepEqual(await read(table, { group: 'other' }), rowsOf(secondRows, secondSpent))
    assert.deepEqual(await read(table, { group: 'none' }), [])
  }),
  clause('a committed column is neither gone nor damaged, and one that was never written is gone', async place => {
    await place.committed(firstDay)
    const reopened = await place.open()
    const damage = ['rows', 'feature.spent', 'feature.none'].map(column => reopened.damageOf('spending', first, column))
    assert.deepEqual(await Promise.all(damage), [undefined, undefined, 'gone'])
  }),
  clause('a table keeps the size of its partitions', async place => {
    const table = await place.committed(firstDay)
    await table.close()
    await table.close()
    assert.equal((await place.open()).unit, 'day')
    await assert.rejects(place.open('month'), { code: 'SPILL_INPUT' })
  }),
]
