import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { canonicalJson, fingerprintOf } from './fingerprint.ts'
import { IR_VERSION } from './ir.ts'

test('canonical JSON orders names, keeps lists, and leaves out owners and descriptions', () => {
  const value = { b: [3, { d: 'é"', c: null }], a: true, owner: 'x', nested: { description: 'y', B: -0.5, a: 1 } }
  assert.equal(canonicalJson(value), '{"a":true,"b":[3,{"c":null,"d":"é\\""}],"nested":{"B":-0.5,"a":1}}')
})

test('a fingerprint is the SHA-256 of that', () => {
  const ir = { version: IR_VERSION, name: 'p', sources: [], groups: [], models: [] } as const
  const text = '{"groups":[],"models":[],"name":"p","sources":[],"version":1}'
  assert.equal(fingerprintOf(ir), createHash('sha256').update(text).digest('hex'))
})

test('a column called owner is no owner', () => {
  assert.notEqual(canonicalJson([{ name: 'owner' }]), canonicalJson([{ name: 'description' }]))
})
