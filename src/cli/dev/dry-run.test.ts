import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ActionIR, SettingIR } from '../../define/ir/ir.ts'
import { dryRunReason } from './dry-run.ts'

const acting = (effect: ActionIR['do']) =>
  ({
    actions: [
      { name: 'page', model: 'm', when: { op: 'isNull', of: { op: 'column', name: 'score', type: 'double' }, type: 'bool' }, do: effect },
    ],
  }) as const

test('a webhook is sent only if all its settings exist and its address is a setting', () => {
  const url = { kind: 'env', name: 'URL' } as const
  const webhook = acting({
    kind: 'webhook',
    url,
    secret: { kind: 'file', name: import.meta.filename },
    headers: { a: { kind: 'env', name: 'A' } },
  })
  assert.equal(dryRunReason(webhook, { URL: 'http://127.0.0.1', A: 'a' }), undefined)
  assert.equal(dryRunReason(webhook, { A: 'a' }), "action 'page': env('URL') is not set")
  assert.equal(dryRunReason(webhook, { URL: 'http://127.0.0.1', A: '' }), "action 'page': env('A') is not set")
  assert.match(
    dryRunReason(acting({ kind: 'webhook', url, secret: { kind: 'file', name: 'nowhere' } }), { URL: 'u' })!,
    /secretFile\('nowhere'\)/,
  )
  assert.match(
    dryRunReason(acting({ kind: 'webhook', url: { kind: 'value', value: 'http://127.0.0.1' } }), {})!,
    /its URL is written in the file/,
  )
})

test('a topic is written to if its brokers come from the environment', () => {
  const topic = (brokers: SettingIR) => acting({ kind: 'kafka', topic: 'alerts', brokers })
  assert.match(dryRunReason(topic({ kind: 'value', value: '127.0.0.1:9092' }), {})!, /its brokers are written in the file/)
  assert.match(dryRunReason(topic({ kind: 'env', name: 'KAFKA_BROKERS' }), {})!, /env\('KAFKA_BROKERS'\) is not set/)
  assert.equal(dryRunReason(topic({ kind: 'env', name: 'KAFKA_BROKERS' }), { KAFKA_BROKERS: '127.0.0.1:9092' }), undefined)
  const username = { kind: 'value', value: 'fraud' } as const
  const password = { kind: 'env', name: 'PASSWORD' } as const
  const secured = acting({
    kind: 'kafka',
    topic: 'alerts',
    brokers: { kind: 'env', name: 'B' },
    sasl: { mechanism: 'PLAIN', username, password },
  })
  assert.match(dryRunReason(secured, { B: 'b:1' })!, /env\('PASSWORD'\) is not set/)
  assert.equal(dryRunReason(secured, { B: 'b:1', PASSWORD: 'p' }), undefined)
})

test("a user's own destination is used if a setting of it comes from the environment", () => {
  const own = (topic: SettingIR) => acting({ kind: 'destination', name: 'kafka', settings: { topic } })
  assert.match(dryRunReason(own({ kind: 'value', value: 'alerts' }), {})!, /destination 'kafka' has no setting from the environment/)
  assert.match(dryRunReason(own({ kind: 'env', name: 'TOPIC' }), {})!, /env\('TOPIC'\) is not set/)
  assert.equal(dryRunReason(own({ kind: 'env', name: 'TOPIC' }), { TOPIC: 'test-alerts' }), undefined)
})

test('local effects are executed', () => {
  assert.equal(dryRunReason({}, {}), undefined)
  for (const effect of [{ kind: 'stdout' }, { kind: 'function' }, { kind: 'file', path: { kind: 'value', value: 'f' } }] as const)
    assert.equal(dryRunReason(acting(effect), {}), undefined)
})
