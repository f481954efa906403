/** Clauses of `SqlEngine`: tables, streamed results, cancellation, errors and the end. */
import assert from 'node:assert/strict'
import type { ColumnType, Value } from '../../define/ir/index.ts'
import { allRows, type SqlColumn, type SqlEngine, type SqlRow } from '../../sql/index.ts'
import { clausesOver, type ContractClause } from './clauses.ts'

/** Opens an engine without tables. */
export type OpenSqlEngine = () => SqlEngine | Promise<SqlEngine>

/** Rows that may still arrive of an aborted statement. */
const ROWS_AFTER_ABORT = 1_000_000

/** Gives an engine to a check, and closes it. */
export async function withEngine(open: OpenSqlEngine, check: (engine: SqlEngine) => void | Promise<void>): Promise<void> {
  const engine = await open()
  try {
    await check(engine)
  } finally {
    await engine.close()
  }
}

/** A clause over one engine. */
export const engineClause = clausesOver(withEngine)

/** The clauses. */
export const sqlEngineClauses: readonly ContractClause<OpenSqlEngine>[] = [
  engineClause('a table gives back the values that were appended, to the bit', checkValues),
  engineClause('creating a table again empties it, and rows are added at each append', checkTables),
  engineClause('rows that fail while they are read fail the append', checkFailingRows),
  engineClause('a long result arrives whole and in order', checkStream),
  engineClause('a reader that stops early leaves the engine usable', checkEarlyEnd),
  engineClause('an invalid statement rejects and leaves the engine usable', checkInvalid),
  engineClause('an aborted statement rejects and leaves the engine usable', checkAbort),
  { clause: 'engines do not see the tables of one another', check: checkApart },
  { clause: 'a closed engine executes nothing, and closing again does nothing', check: checkClose },
]

const samples: Readonly<Record<ColumnType, readonly Value[]>> = {
  int: [0, 1, -1, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, null],
  decimal: [0, 1250, -1, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, null],
  timestamp: [0, 1_767_225_600_123, -1, 8_640_000_000_000_000, -8_640_000_000_000_000, null],
  duration: [0, 1, -86_400_000, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, null],
  bool: [true, false, true, false, true, null],
  string: ['', "it's", '\u{1F600}', 'line\nline', 'x'.repeat(10_000), null],
  double: [0, 0.1, -1e300, 5e-324, Number.MAX_VALUE, null],
}

async function checkValues(engine: SqlEngine): Promise<void> {
  const types = Object.keys(samples) as ColumnType[]
  const columns = [{ name: 'i', type: 'int' as const }, ...types.map((type, i): SqlColumn => ({ name: `c${i}`, type }))]
  await engine.createTable('samples', columns)
  const rows = samples.int.map((_, i): Value[] => [i, ...types.map(type => samples[type][i])])
  await engine.append('samples', rows)
  const result = await allRows(engine, 'SELECT * FROM samples ORDER BY i')
  assert.deepEqual(
    result.map(row => row.map((cell, i) => physical(cell, columns[i].type))),
    rows,
  )
}

/** Integers may be `bigint`, and an engine without booleans gives 1 and 0. */
function physical(cell: SqlRow[number], type: ColumnType): SqlRow[number] {
  if (cell === null || type === 'string' || type === 'double') return cell
  return type === 'bool' ? Boolean(Number(cell)) : Number(cell)
}

const numbers: readonly SqlColumn[] = [{ name: 'n', type: 'int' }]

const fill = async (engine: SqlEngine, table: string, rows: Iterable<readonly Value[]>): Promise<void> => {
  await engine.createTable(table, numbers)
  await engine.append(table, rows)
}

const countIn = async (engine: SqlEngine, table: string): Promise<number> =>
  Number((await allRows(engine, `SELECT count(*) FROM ${table}`))[0]?.[0])

async function checkTables(engine: SqlEngine): Promise<void> {
  await fill(engine, 'numbers', [[1], [2]])
  await engine.append('numbers', [[3]])
  assert.equal(await countIn(engine, 'numbers'), 3)
  await engine.append('numbers', [])
  assert.equal(await countIn(engine, 'numbers'), 3)
  await engine.createTable('numbers', [...numbers, { name: 'm', type: 'string' }])
  assert.equal(await countIn(engine, 'numbers'), 0)
  await engine.append('numbers', [[1, 'a']])
  assert.equal(await countIn(engine, 'numbers'), 1)
}

async function checkFailingRows(engine: SqlEngine): Promise<void> {
  await engine.createTable('numbers', numbers)
  function* failing(): Generator<Value[]> {
    yield [1]
    throw new Error('no more rows')
  }
  await assert.rejects(engine.append('numbers', failing()), /no more rows/)
  await fill(engine, 'numbers', [[1]])
  assert.equal(await countIn(engine, 'numbers'), 1)
}

const MANY = 10_000

async function fillMany(engine: SqlEngine): Promise<void> {
  await fill(
    engine,
    'numbers',
    Array.from({ length: MANY }, (_, i) => [i]),
  )
}

async function checkStream(engine: SqlEngine): Promise<void> {
  await fillMany(engine)
  const result = await allRows(engine, 'SELECT n FROM numbers ORDER BY n DESC')
  assert.equal(result.length, MANY, 'rows of the result')
  for (const [i, row] of result.entries()) assert.equal(Number(row[0]), MANY - 1 - i, `row ${i}`)
  assert.deepEqual(await allRows(engine, 'SELECT n FROM numbers WHERE n < 0'), [])
}

async function checkEarlyEnd(engine: SqlEngine): Promise<void> {
  await fillMany(engine)
  for await (const rows of engine.execute('SELECT n FROM numbers ORDER BY n')) if (rows.length > 0) break
  await fill(engine, 'numbers', [[7]])
  assert.equal(await countIn(engine, 'numbers'), 1)
}

async function checkInvalid(engine: SqlEngine): Promise<void> {
  await assert.rejects(allRows(engine, 'SELECT FROM WHERE'), 'a statement that is no SQL rejects')
  await assert.rejects(allRows(engine, 'SELECT * FROM no_such_table'), 'an unknown table rejects')
  await assert.rejects(engine.append('no_such_table', [[1]]), 'an append to an unknown table rejects')
  await fill(engine, 'numbers', [[7]])
  assert.equal(await countIn(engine, 'numbers'), 1)
}

async function checkAbort(engine: SqlEngine): Promise<void> {
  await fillMany(engine)
  await assert.rejects(allRows(engine, 'SELECT n FROM numbers', AbortSignal.abort()), 'a signal that is aborted already rejects')
  const cancel = new AbortController()
  // 10^12 rows: no engine ends this before it is cancelled.
  const long = engine.execute('SELECT a.n, b.n, c.n FROM numbers a, numbers b, numbers c', cancel.signal)
  await assert.rejects(readUntilAborted(long, cancel), 'a running statement rejects')
  assert.equal(await countIn(engine, 'numbers'), MANY)
}

/** Aborts at the first rows, and then reads on, as far as a reader may still be given what was under way. */
async function readUntilAborted(result: AsyncIterable<readonly SqlRow[]>, cancel: AbortController): Promise<void> {
  let rowsAfter = 0
  for await (const rows of result) {
    if (cancel.signal.aborted) rowsAfter += rows.length
    if (rowsAfter > ROWS_AFTER_ABORT) return
    cancel.abort()
  }
}

function checkApart(open: OpenSqlEngine): Promise<void> {
  return withEngine(open, async first => {
    await fill(first, 'numbers', [[1]])
    await withEngine(open, async second => {
      await fill(second, 'numbers', [[1], [2]])
      assert.equal(await countIn(first, 'numbers'), 1)
    })
    assert.equal(await countIn(first, 'numbers'), 1)
  })
}

async function checkClose(open: OpenSqlEngine): Promise<void> {
  const engine = await open()
  await fill(engine, 'numbers', [[1]])
  await engine.close()
  await engine.close()
  await assert.rejects(allRows(engine, 'SELECT n FROM numbers'))
}
