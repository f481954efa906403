import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeatureIR, GroupIR, SourceIR } from '../define/ir/ir.ts'
import { duckdb } from './duckdb/dialect.ts'
import { allRows, type SqlEngine, type SqlRow } from './engine.ts'
import { readTileRows, tileQueries } from './tiles.ts'

const x = { op: 'column', name: 'x', type: 'string' } as const
const source: SourceIR = {
  name: 's',
  columns: [
    { name: 'k', type: 'string', nullable: false },
    { name: 'at', type: 'timestamp', nullable: false },
    { name: 'x', type: 'string', nullable: true },
  ],
  key: 'k',
  time: 'at',
  arrives: { kind: 'after', delay: 0 },
  allowedLateness: 0,
  maxClockSkew: 0,
  dedupe: 0,
}
const feature = (name: string, of: Partial<FeatureIR>): FeatureIR => ({ name, agg: 'count', window: 60_000, hop: 1000, type: 'int', ...of })
const group: GroupIR = {
  name: 'g',
  source: 's',
  entity: ['k'],
  key: ['k'],
  place: { kind: 'stream' },
  features: [feature('n', {}), feature('last', { agg: 'last', input: x, type: 'string' }), feature('top', { agg: 'topK', k: 1, input: x })],
}
const [plain, subKeyed] = tileQueries({ group, source, events: 's', dialect: duckdb })

test('rows become the cells of each feature', () => {
  const newest = [[1000n, 1000n, 0n, 0n, 'b']]
  assert.deepEqual(readTileRows(plain, [['a', 1000n, 3n, 2n, newest]]), [
    { by: ['a'], tile: 1000, n: 3, feature: 0, cells: [2n] },
    { by: ['a'], tile: 1000, n: 3, feature: 1, cells: [newest] },
  ])
})

test('the rows of a sub-keyed query are gathered to tiles', () => {
  const rows: SqlRow[] = [
    ['a', 1000n, 2n, 'x', 2n],
    ['b', 1000n, 1n, 'x', 1n],
    ['a', 1000n, 1n, 'y', 1n],
  ]
  assert.deepEqual(readTileRows(subKeyed, rows), [
    {
      by: ['a'],
      tile: 1000,
      n: 3,
      feature: 2,
      cells: [
        [
          ['x', 2],
          ['y', 1],
        ],
      ],
    },
    { by: ['b'], tile: 1000, n: 1, feature: 2, cells: [[['x', 1]]] },
  ])
})

test('rows of another width, or without a time, break the contract of the engine', () => {
  const message = /SQL engine 'duckdb' broke clause 'columns' .*: expected 5 cells with a time at 1 and a count behind it, got/
  for (const row of [
    ['a', 1000n, 3n, 2n],
    ['a', 'when', 3n, 2n, null],
    ['a', null, 3n, 2n, null],
    ['a', 1000n, null, 2n, null],
  ])
    assert.throws(() => readTileRows(plain, [row]), { code: 'SPILL_CONTRACT', message })
})

test('an engine that gives no lists of rows breaks its contract', async () => {
  for (const rows of ['rows', [{ a: 1 }], undefined]) {
    const engine = {
      dialect: duckdb,
      async *execute() {
        yield rows
      },
    } as unknown as SqlEngine
    await assert.rejects(allRows(engine, 'SELECT 1'), {
      code: 'SPILL_CONTRACT',
      message: /SQL engine 'duckdb' broke clause 'rows' .*: got/,
    })
  }
})

test('a feature that an engine cannot keep exactly is rejected with the reason', () => {
  const dialect = { ...duckdb, name: 'small', unsupported: ({ agg }: FeatureIR) => (agg === 'topK' ? 'it has no lists' : undefined) }
  assert.throws(() => tileQueries({ group, source, events: 's', dialect }), {
    code: 'SPILL_UNSUPPORTED',
    message: "feature 'g.top' cannot be kept in tiles by small: it has no lists",
  })
})
