/** Tests the identifiers of columns under names of users, in DuckDB and in SQLite. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { duckdb } from './duckdb/dialect.ts'
import { DuckDbEngine } from './duckdb/engine.ts'
import { allRows } from './engine.ts'
import { identifiers } from './relations.ts'

const words = [
  'tile',
  'Tile',
  '_tile',
  '_TILE',
  'n',
  'N',
  'n#0',
  'n#1',
  'N#2',
  'n#1#1',
  '_n#1',
  'request',
  'order',
  'quo"te',
  "it's",
  'é',
  'É',
]
const names = fc.uniqueArray(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 })), {
  minLength: 1,
  maxLength: 12,
})
const reserved = ['request', 'decision']

/** A row over generated columns and columns of users, read back by name. */
const statementsOf = (columns: readonly string[]): readonly string[] => [
  `CREATE TABLE t (_tile INT, _n INT, ${columns.map(column => `${column} INT`).join(', ')})`,
  `INSERT INTO t VALUES (-1, -2, ${columns.map((_, i) => i).join(', ')})`,
  `SELECT _tile, _n, ${columns.join(', ')} FROM t`,
]

test('identifiers of any names differ from each other and from generated names in engines that fold case', async () => {
  const db = await DuckDbEngine.open()
  const sqlite = new DatabaseSync(':memory:')
  try {
    await fc.assert(
      fc.asyncProperty(
        names.filter(list => list.every(name => !name.includes('\0'))),
        async list => {
          const columns = identifiers(list, reserved, duckdb)
          const expected = [-1, -2, ...list.keys()]
          const [create, insert, select] = statementsOf(columns)
          for (const sql of ['DROP TABLE IF EXISTS t', create, insert]) await allRows(db, sql)
          assert.deepEqual((await allRows(db, select))[0], expected)
          sqlite.exec(`DROP TABLE IF EXISTS t; ${create}; ${insert}`)
          const statement = sqlite.prepare(select)
          statement.setReturnArrays(true)
          assert.deepEqual(statement.get(), expected)
          const folded = columns.map(column => column.toLowerCase())
          assert.equal(new Set([...folded, ...reserved.map(name => `"${name}"`)]).size, columns.length + reserved.length)
        },
      ),
      { numRuns: 200 },
    )
  } finally {
    sqlite.close()
    await db.close()
  }
})
