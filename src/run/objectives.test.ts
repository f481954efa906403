import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { readObjectives, writeObjectives } from './objectives.ts'

const folder = scratchFolder('objectives')
const path = join(folder, 'objectives.json')

test('what is written is read, and nothing else is left beside it', () => {
  assert.equal(readObjectives(path), undefined)
  const groups = { landings: { age: 900_000, share: 0.99, why: 'the knee' } }
  writeObjectives(path, { pipeline: 'flights', fingerprint: 'f', groups })
  assert.deepEqual(readObjectives(path), { format: 'spillway-objectives/1', pipeline: 'flights', fingerprint: 'f', groups })
  writeObjectives(path, { pipeline: 'flights', fingerprint: 'g', groups: {} })
  assert.equal(readObjectives(path)?.fingerprint, 'g')
  assert.deepEqual(readdirSync(folder), ['objectives.json'])
})

test('a file that says what cannot be is refused, with the place', () => {
  const reads = (content: unknown, why: RegExp) => {
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    assert.throws(() => readObjectives(path), { code: 'SPILL_DATA', message: why })
  }
  reads('{', /objectives\.json cannot be read: /)
  for (const other of [null, 3, [], {}, { format: 'spillway-objectives/2' }])
    reads(other, /is no file of objectives \(spillway-objectives\/1\)/)
  const named = { format: 'spillway-objectives/1', pipeline: 'p', fingerprint: 'f' }
  for (const groups of [undefined, null, [], 'x']) reads({ ...named, groups }, /does not say of which pipeline and groups/)
  const good = { age: 1, share: 0.5, why: '' }
  for (const wrong of [{ age: 0 }, { age: -1 }, { age: '1' }, { age: null }, { share: 0 }, { share: 1 }, { share: 'x' }, { why: 3 }])
    reads({ ...named, groups: { fine: good, now: { ...good, ...wrong } } }, /has an objective for 'now' that is none/)
  reads({ ...named, groups: { now: null } }, /'now'/)
})
