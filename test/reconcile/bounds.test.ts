/** SQL's error bound of an inexact input equals the tolerance of the semantics in the oracle. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { aggregateOf } from '../../src/aggregate/aggregate-of.ts'
import { DuckDbEngine } from '../../src/sql/duckdb/engine.ts'
import { SqlWitness } from '../../src/sql/witness.ts'
import { ofKey, standing, valueOf } from '../oracle/oracle.ts'
import type { FeatureIR, ModelIR, PipelineIR } from '../../src/define/ir/ir.ts'
import { rebuildCase, run, type Material } from '../rebuild/case.ts'
import { blindOf, rebuild } from '../rebuild/rebuild.ts'
import { lookedAt } from './causes.ts'

const INEXACT = ['sum', 'mean', 'variance', 'stddev', 'change', 'rate', 'slope', 'decayedSum']
/** By then each aggregate has occurred; a case without missing ones is skipped. */
const SEEDS_MAX = 400

let db: SqlWitness
before(async () => {
  db = new SqlWitness(await DuckDbEngine.open())
})
after(() => db.close())

test("bounds in SQL are the oracle's tolerances", async () => {
  const counts = new Map<string, number>()
  for (let seed = 3000; seed < 3000 + SEEDS_MAX && INEXACT.some(agg => !counts.has(agg)); seed++) {
    const of = rebuildCase(seed)
    if (!of.ir.models.some(model => inexactOf(of.ir, model).some(({ agg }) => !counts.has(agg)))) continue
    for (const agg of await checked(seed, await run(of))) counts.set(agg, (counts.get(agg) ?? 0) + 1)
  }
  assert.deepEqual(
    INEXACT.filter(agg => !counts.has(agg)),
    [],
  )
})

const isInexact = (feature: FeatureIR): boolean => aggregateOf(feature).exactness === 'inexact'

const inexactOf = ({ groups }: PipelineIR, { inputs }: ModelIR): FeatureIR[] =>
  inputs.flatMap(({ expr }) =>
    expr.op === 'feature'
      ? groups.find(({ name }) => name === expr.group)!.features.filter(one => one.name === expr.name && isInexact(one))
      : [],
  )

/** The aggregates of the compared inexact values. */
async function checked(seed: number, material: Material): Promise<string[]> {
  const { ir, entries, recorded } = material
  const rebuilt = await rebuild(db, ir, entries, recorded.map(blindOf))
  return recorded.flatMap((decision, i) => {
    const model = ir.models.find(({ name }) => name === decision.model)!
    return model.inputs.flatMap((input, slot): string[] => {
      const reading = lookedAt(material, model, decision, input)
      if (!reading) return []
      const { source, group, feature, key, events, known, clock, trigger } = reading
      const bound = rebuilt[i].bounds[slot]
      if (!isInexact(feature)) return assert.equal(bound, 0) ?? []
      const own = ofKey(group, standing(source, events.slice(0, known)), key)
      const { tolerance } = valueOf(source, feature, own, clock, trigger)
      const isSame = bound === tolerance || Math.abs(bound - tolerance) <= 1e-6 * tolerance
      assert.ok(isSame, `seed ${seed}, ${input.name} (${feature.agg}): ${bound}, and the oracle says ${tolerance}`)
      return rebuilt[i].vector[slot] === null ? [] : [feature.agg]
    })
  })
}
