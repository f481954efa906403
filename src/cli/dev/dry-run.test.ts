import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ActionIR } from '../../define/ir/ir.ts'
import { whyDry } from './dry-run.ts'

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
  assert.equal(whyDry(webhook, { URL: 'http://127.0.0.1', A: 'a' }), undefined)
  assert.equal(whyDry(webhook, { A: 'a' }), "action 'page': env('URL') is not set")
  assert.equal(whyDry(webhook, { URL: 'http://127.0.0.1', A: '' }), "action 'page': env('A') is not set")
  assert.match(
    whyDry(acting({ kind: 'webhook', url, secret: { kind: 'file', name: 'nowhere' } }), { URL: 'u' })!,
    /secretFile\('nowhere'\)/,
  )
  assert.match(
    whyDry(acting({ kind: 'webhook', url: { kind: 'value', value: 'http://127.0.0.1' } }), {})!,
    /its URL is written in the file/,
  )
})

test('local effects are executed', () => {
  assert.equal(whyDry({}, {}), undefined)
  for (const effect of [{ kind: 'stdout' }, { kind: 'function' }, { kind: 'file', path: { kind: 'value', value: 'f' } }] as const)
    assert.equal(whyDry(acting(effect), {}), undefined)
})
