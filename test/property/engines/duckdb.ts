import { DuckDbEngine } from '../../../src/sql/duckdb/engine.ts'
import { placeRequest } from '../../parity/placement.ts'
import { SqlValues } from '../../parity/sql-values.ts'
import { sourceOf, type Answer, type Case, type Engine } from '../case.ts'

/** Engine `duckdb`: the IR as SQL in an in-memory DuckDB, one query for each group. `rewrite` plants a fault in the text of queries. */
export async function duckdbEngine(rewrite?: (sql: string) => string): Promise<Engine> {
  const db = await rewritingValues(rewrite)
  return { name: 'duckdb', values: of => values(db, of), close: () => void db.close() }
}

/** A witness over an in-memory DuckDB whose statements pass through `rewrite`. */
export async function rewritingValues(rewrite?: (sql: string) => string): Promise<SqlValues> {
  const engine = await DuckDbEngine.open()
  if (rewrite) {
    const execute = engine.execute.bind(engine)
    engine.execute = (sql, signal) => execute(rewrite(sql), signal)
  }
  return new SqlValues(engine)
}

async function values(db: SqlValues, of: Case): Promise<Answer[][]> {
  const out: Answer[][] = Array.from({ length: of.asks.length })
  for (const group of of.ir.groups) {
    const source = sourceOf(of, group)
    const own = [...of.asks.keys()].filter(i => of.asks[i].group === group.name)
    await db.load(source, of.log)
    const asks = own.map(i => placeRequest(of.asks[i], of.asks[i].place, of.log.length))
    const rows = await db.values(group, source, asks)
    own.forEach((ask, row) => (out[ask] = rows[row]!))
  }
  return out
}
