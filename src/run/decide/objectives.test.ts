import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { checkObjectiveGroups, readObjectives, writeObjectives, type Objectives } from './objectives.ts'

const folder = scratchFolder('objectives')
const path = join(folder, 'objectives.json')

test('a written file is read back, and nothing else is left beside it', () => {
  assert.equal(readObjectives(path), undefined)
  const groups = { landings: { age: 900_000, share: 0.99, why: 'the freshness threshold' } }
  writeObjectives(path, { pipeline: 'flights', fingerprint: 'f', groups })
  assert.deepEqual(readObjectives(path), { format: 'spillway-objectives/1', pipeline: 'flights', fingerprint: 'f', groups })
  writeObjectives(path, { pipeline: 'flights', fingerprint: 'g', groups: {} })
  assert.equal(readObjectives(path)?.fingerprint, 'g')
  assert.deepEqual(readdirSync(folder), ['objectives.json'])
})

test('an invalid file is rejected, with the file, the path within it and the fix', () => {
  const rejects = (content: unknown, problem: RegExp) => {
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    assert.throws(() => readObjectives(path), { code: 'SPILL_DATA', message: problem })
    assert.throws(
      () => readObjectives(path),
      /objectives\.json .*; correct it, or let the audit write the file again: spillway audit PIPELINE --data DIR$/,
    )
  }
  rejects('{', /objectives\.json is no JSON: /)
  for (const other of [null, 3, []])
    rejects(other, /objectives\.json must be an object of the format 'spillway-objectives\/1'; got (null|3|\[\]);/)
  for (const other of [{}, { format: 'spillway-objectives/2' }]) rejects(other, /format: must be 'spillway-objectives\/1'; got/)
  const named = { format: 'spillway-objectives/1', pipeline: 'p', fingerprint: 'f' }
  rejects({ ...named, pipeline: 1 }, /pipeline: must be the name of a pipeline; got 1/)
  rejects({ ...named, fingerprint: undefined }, /fingerprint: must be .*; got nothing/)
  for (const groups of [undefined, null, [], 'x'])
    rejects({ ...named, groups }, /groups: must be an object with an objective for each feature group; got/)
  const good = { age: 1, share: 0.5, why: '' }
  const fields = { age: [0, -1, '1', null], share: [0, 1, 'x'], why: [3, undefined], delay: [-1, '1', null] }
  for (const [field, wrong] of Object.entries(fields))
    for (const value of wrong)
      rejects(
        { ...named, groups: { fine: { ...good, delay: 0 }, now: { ...good, [field]: value } } },
        new RegExp(`groups\\.now\\.${field}: must be .*; got `),
      )
  rejects({ ...named, groups: { now: null } }, /groups\.now: must be \{ age, share, why \}; got null/)
})

test('an objective of an unknown group is named, with the nearest group', () => {
  const of = (...names: readonly string[]) => ({ name: 'shop', groups: names.map(name => ({ name })) }) as unknown as PipelineIR
  const objectives = { groups: { landings: { age: 1, share: 0.5, why: '' } } } as unknown as Objectives
  checkObjectiveGroups(objectives, of('landings', 'hours'), path)
  assert.throws(() => checkObjectiveGroups(objectives, of('landing'), path), {
    code: 'SPILL_DATA',
    message:
      /objectives\.json groups\.landings: pipeline 'shop' has no feature group 'landings'; did you mean 'landing'\?; rename the objective or remove it/,
  })
})
