import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DuckDbEngine } from '../../src/sql/duckdb/engine.ts'
import { SqlValues } from './sql-values.ts'
import { decisionCases } from '../oracle/cases/decisions.ts'
import { triggerCases } from '../oracle/cases/triggers.ts'
import { decisions } from '../oracle/oracle.ts'
import { deciding } from '../property/generate/deciders.ts'
import { sweep } from '../sweep.ts'

const CASES = sweep(20, 60)

let db: SqlValues
before(async () => {
  db = new SqlValues(await DuckDbEngine.open())
})
after(() => db.close())

// Relations have no requests, and their only clock is that of their events.
for (const { name, pipeline, log, expect } of [...decisionCases, ...triggerCases.filter(({ run }) => run === undefined)])
  test(name, async () => {
    for (const model of pipeline.models) {
      const actual = await db.decisions(pipeline, model, log)
      const expected = expect.filter(decision => decision.model === model.name)
      assert.deepEqual(
        actual,
        expected.map(({ model: _m, prefix: _p, ...decision }) => decision),
      )
    }
  })

test('decisions over random histories are those of the oracle, on events and at ticks, in every placement', async () => {
  const compared = { on: 0, every: 0 }
  for (let seed = 1; seed <= CASES; seed++) {
    const drawn = deciding(seed)
    if (!drawn) continue
    const { ir, log } = drawn
    for (const model of ir.models) {
      if (model.decide.kind === 'request') continue
      const pipeline = { ...ir, models: [model] }
      const actual = await db.decisions(pipeline, model, log)
      if (actual.some(({ rejected }) => rejected)) {
        assert.throws(() => decisions(pipeline, log), /SPILL_(RANGE|LIMIT)/, `seed ${seed}`)
        continue
      }
      const expected = decisions(pipeline, log).map(({ model: _m, prefix: _p, ...decision }) => decision)
      assert.deepEqual(actual, expected, `seed ${seed}, model '${model.name}'`)
      compared[model.decide.kind] += actual.length
    }
  }
  for (const [kind, count] of Object.entries(compared)) assert.ok(count > 8 * CASES, `only ${count} decisions ${kind} were compared`)
})

test('a model that decides on request has no query', async () => {
  const { pipeline, log } = triggerCases.find(({ pipeline }) => pipeline.models.some(({ decide }) => decide.kind === 'request'))!
  await assert.rejects(db.decisions(pipeline, pipeline.models[0], log), {
    code: 'SPILL_UNSUPPORTED',
    message: "model 'ask' decides on request; requests are in no relation of events",
  })
})
