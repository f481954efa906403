import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { canonicalJson, fingerprintOf } from './fingerprint.ts'
import { IR_VERSION, type ModelIR, type PipelineIR } from './ir.ts'

test('canonical JSON orders names, keeps lists, and leaves out what is undefined', () => {
  const value = { b: [3, { d: 'é"', c: null }], a: true, e: undefined, nested: { B: -0.5, a: 1 } }
  assert.equal(canonicalJson(value), '{"a":true,"b":[3,{"c":null,"d":"é\\""}],"nested":{"B":-0.5,"a":1}}')
})

test('a fingerprint is the SHA-256 of that', () => {
  const ir = { version: IR_VERSION, name: 'p', sources: [], groups: [], models: [] } as const
  const text = '{"groups":[],"models":[],"name":"p","sources":[],"version":1}'
  assert.equal(fingerprintOf(ir), createHash('sha256').update(text).digest('hex'))
})

const score = (levels: Record<string, number>) => ({ kind: 'linear', intercept: 0, terms: [{ input: 'role', levels }] }) as const
const pipelineOf = (model: Partial<ModelIR>): PipelineIR => ({
  version: IR_VERSION,
  name: 'p',
  sources: [],
  groups: [],
  models: [{ name: 'm', decide: { kind: 'on', source: 's' }, inputs: [], score: score({}), ...model }],
})

test('owners and descriptions of groups and models do not change the fingerprint', () => {
  assert.equal(fingerprintOf(pipelineOf({ owner: 'risk', description: 'x' })), fingerprintOf(pipelineOf({})))
})

test("a level called 'owner' is no owner: its weight counts", () => {
  assert.notEqual(fingerprintOf(pipelineOf({ score: score({ owner: 1 }) })), fingerprintOf(pipelineOf({ score: score({ owner: 2 }) })))
})
