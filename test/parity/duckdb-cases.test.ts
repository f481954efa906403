import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DuckDbEngine } from '../../src/sql/duckdb/engine.ts'
import { SqlWitness } from '../../src/sql/witness.ts'
import { placeRequest } from '../../src/sql/place-request.ts'
import { cases, type Delivered, type Refused } from '../oracle/cases.ts'

let db: SqlWitness
before(async () => {
  db = new SqlWitness(await DuckDbEngine.open())
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
    asks.forEach(({ expect, exact = {}, why }, i) => {
      const answers = Object.fromEntries(group.features.map((feature, j) => [feature.name, rows[i][j]]))
      for (const [feature, expected] of Object.entries(expect))
        assert.deepEqual(
          answers[feature].refused ? { refused: answers[feature].refused } : answers[feature].value,
          expected satisfies Delivered | Refused,
          `${feature}: ${why}`,
        )
      for (const [feature, expected] of Object.entries(exact)) assert.equal(answers[feature].exact, expected, `${feature}: ${why}`)
    })
  })
