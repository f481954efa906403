import { after, before, test } from 'node:test'
import { DuckDbEngine } from '../../src/sql/duckdb/engine.ts'
import { SqlValues } from './sql-values.ts'
import { placeRequest } from './placement.ts'
import { cases } from '../oracle/cases.ts'
import { assertAnswers } from './expected-answers.ts'

let db: SqlValues
before(async () => {
  db = new SqlValues(await DuckDbEngine.open())
})
after(() => db.close())

for (const { name, source, group, log, asks } of cases)
  test(name, async () => {
    await db.load(source, log)
    const rows = await db.values(
      group,
      source,
      asks.map(ask => placeRequest(ask, group.place, log.length)),
    )
    asks.forEach((ask, i) => assertAnswers(group, ask, rows[i]))
  })
