import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DuckDbEngine } from '../../src/sql/duckdb/engine.ts'
import { SqlWitness } from '../../src/sql/witness.ts'
import { Draw } from '../property/generate/draw.ts'
import { rebuildCase, run, type Material } from './case.ts'
import { faults, type Fault } from './faults.ts'
import { holds, judgedBy, prove } from './prove.ts'

const CASES = 12
/** Cases in which each fault is planted, if possible. */
const FAULTY_CASES = 10
const PLANTED_LEAST = 3
const FIRST = 500

let db: SqlWitness
const materials: Material[] = []
before(async () => {
  db = new SqlWitness(await DuckDbEngine.open())
  for (let seed = FIRST; seed < FIRST + FAULTY_CASES; seed++) materials.push(await run(rebuildCase(seed)))
})
after(() => db.close())

test('law 4: DuckDB rebuilds what a run recorded, from raw events, cuts and clocks', async () => {
  const result = await prove({ cases: CASES, seed: 1 })
  assert.deepEqual(result.failures, [])
  assert.ok(holds(result), JSON.stringify(result))
})

const judgedOf = async (fault: Fault, material: Material, seed: number) => {
  const faulty = fault(material, new Draw(seed))
  return faulty && (await judgedBy(db, faulty))
}

for (const [name, fault] of Object.entries(faults))
  test(`found wherever it is planted: ${name}`, async () => {
    let planted = 0
    for (const [seed, material] of materials.entries()) {
      const judged = await judgedOf(fault, material, seed)
      if (!judged) continue
      planted++
      assert.ok(judged.mismatches.length > 0, `seed ${FIRST + seed}`)
    }
    assert.ok(planted >= PLANTED_LEAST, `planted ${planted} times only`)
  })

test('a wrong cut also shows in the cells of vectors, not only in the check of its placement', async () => {
  let detected = 0
  for (const [seed, material] of materials.entries()) {
    const judged = await judgedOf(faults['a decision says that it knew an event less'], material, seed)
    if (judged?.mismatches.some(mismatch => mismatch.includes('is recorded as'))) detected++
  }
  assert.ok(detected >= PLANTED_LEAST, `only ${detected} cuts showed in vectors`)
})
