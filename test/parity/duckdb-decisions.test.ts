import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ExprIR, GroupIR, InputIR, ModelIR, PipelineIR } from '../../src/define/ir.ts'
import { DuckDb } from '../../src/sql/duckdb/duckdb.ts'
import { decisionCases } from '../oracle/cases/decisions.ts'
import { triggerCases } from '../oracle/cases/triggers.ts'
import { decisions } from '../oracle/oracle.ts'
import { generate } from '../property/generate/generate.ts'

let db: DuckDb
before(async () => {
  db = await DuckDb.open()
})
after(() => db.close())

// Relations have no requests, and no clock but that of their events.
for (const { name, pipeline, log, expect } of [...decisionCases, ...triggerCases.filter(({ run }) => run === undefined)])
  test(name, async () => {
    for (const model of pipeline.models) {
      const made = await db.decisions(pipeline, model, log)
      const expected = expect.filter(decision => decision.model === model.name)
      assert.deepEqual(
        made,
        expected.map(({ model: _m, prefix: _p, ...decision }) => decision),
      )
    }
  })

/** A model that reads every exact feature of a group at the trigger's own key, and adds up those that are numbers. */
function modelOf({ name: group, key, features }: GroupIR): ModelIR {
  const exact = features.filter(({ input }) => input === undefined || !usesDoubles(input))
  const inputs: InputIR[] = exact.map(({ name, type }) => ({ name, expr: { op: 'feature', group, key, name, type } }))
  const numbers = exact.filter(({ agg, type }) => agg !== 'lastK' && type !== 'string')
  const terms = numbers.map(({ name }, i) => ({ input: name, weight: i + 0.1, mean: 3, scale: 7, ifNull: 0.25 }))
  return { name: 'm', decide: { kind: 'on', source: 's0' }, inputs, score: { kind: 'linear', intercept: 0.5, terms } }
}

const usesDoubles = (expr: ExprIR): boolean =>
  expr.type === 'double' ||
  ('left' in expr && (usesDoubles(expr.left) || usesDoubles(expr.right))) ||
  ('of' in expr && usesDoubles(expr.of))

const placements: GroupIR['place'][] = [
  { kind: 'stream' },
  { kind: 'lag', by: 60_000 },
  { kind: 'partial', by: 60_000 },
  { kind: 'corrected' },
  { kind: 'scheduled', schedule: { kind: 'interval', every: 3_600_000, phase: 60_000 }, lasts: 1000 },
]

test('decisions over random histories are those of the oracle, in every placement', async () => {
  let compared = 0
  for (let seed = 1; seed <= 40; seed++) {
    const { ir, log } = generate(seed)
    const group = { ...ir.groups[0], place: placements[seed % placements.length] }
    const model = modelOf(group)
    const pipeline: PipelineIR = { ...ir, groups: [group], models: [model] }
    const made = await db.decisions(pipeline, model, log)
    if (made.some(({ refused }) => refused)) {
      assert.throws(() => decisions(pipeline, log), /SPILL_(RANGE|LIMIT)/, `seed ${seed}`)
      continue
    }
    const expected = decisions(pipeline, log).map(({ model: _m, prefix: _p, ...decision }) => decision)
    assert.deepEqual(made, expected, `seed ${seed}`)
    compared += made.length
  }
  assert.ok(compared > 1000, `${compared} decisions`)
})
