import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { wireKey } from './effect-id.ts'

const hashed = (id: string) => `sha256-${createHash('sha256').update(id, 'utf8').digest('base64url')}`

test('an id of visible ASCII goes over the wire as it is', () => {
  for (const id of ['a', 'glucose/page/hypo/readings/0/12', '!"#$%&()*+,-/:;<=>?@[]^_`{|}~', 'k'.repeat(200)]) assert.equal(wireKey(id), id)
})

test('any other is hashed: too long, empty, with a full stop, a space, a line end, or beyond ASCII', () => {
  for (const id of ['k'.repeat(201), '', 'p1.5', 'a b', 'a\r\nx: 1', 'a\0', 'é', '患者', '\x7f', '\t'])
    assert.equal(wireKey(id), hashed(id), JSON.stringify(id))
})
