import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelIR, TriggerIR } from '../define/ir/ir.ts'
import { decisionId } from './decision-id.ts'

const model = (decide: TriggerIR): ModelIR => ({ name: 'm', decide, inputs: [], score: { kind: 'rules', rules: [], otherwise: 0 } })
const column = { name: 'who', type: 'string', nullable: false, entity: 'who' } as const

test('an event is identified by its position, a tick by its time and key, a request by its id', () => {
  assert.equal(decisionId(model({ kind: 'on', source: 's' }), { partition: 1, offset: 12 }), '["m","s",1,12]')
  const ticking = model({ kind: 'every', every: 10, live: 10, column })
  assert.equal(decisionId(ticking, { t: 20, key: 'a' }), '["m",20,"a"]')
  assert.notEqual(decisionId(ticking, { t: 20, key: '5' }), decisionId(ticking, { t: 20, key: 5 }))
  assert.equal(decisionId(model({ kind: 'request', columns: [column], key: 'who' }), { request: 'r"1' }), '["m","r\\"1"]')
})
