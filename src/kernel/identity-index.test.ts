import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { IdentityIndex } from './identity-index.ts'

const KEPT_FOR = 50

test('the latest event of each identity is found while it can be revised', () => {
  const part = fc.oneof(fc.nat(6), fc.constantFrom(0.5, -1, 2 ** 40))
  const event = fc.record({ identity: fc.tuple(part, part), wait: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(60)), slot: fc.nat(3) })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), events => {
      const identities = new IdentityIndex(2, KEPT_FOR)
      const latest = new Map<string, { arrival: number; event: readonly number[] }>()
      let now = 0
      events.forEach(({ identity, wait, slot }, sourcePosition) => {
        now += wait
        const event = [slot - 1, now - (sourcePosition % 7), sourcePosition]
        identities.put(Float64Array.from(identity), event[0], event[1], now, sourcePosition)
        latest.set(JSON.stringify(identity), { arrival: now, event })
        for (const [text, { arrival, event: expected }] of latest) {
          const entry = identities.find(Float64Array.from(JSON.parse(text) as number[]))
          if (entry < 0) assert.ok(arrival < now - KEPT_FOR, `${text} of ${arrival} was forgotten at ${now}`)
          else assert.deepEqual([identities.slotOf(entry), identities.timeOf(entry), identities.sourcePositionOf(entry)], expected)
        }
      })
      assert.equal(identities.find(Float64Array.of(7, 7)), -1)
    }),
  )
})

test('an identity revised at the last moment is found, and memory does not grow with expired identities', () => {
  const identities = new IdentityIndex(1, KEPT_FOR)
  for (let at = 0; at < 100_000; at++) {
    identities.put(Float64Array.of(at), 0, at, at, at)
    const last = Math.max(0, at - KEPT_FOR)
    assert.equal(identities.timeOf(identities.find(Float64Array.of(last))), last)
  }
  assert.ok(identities.size <= 128, `${identities.size} identities are kept of ${KEPT_FOR + 1} that can be revised`)
  assert.ok(identities.bytes < 20_000)
})

test('a decreasing arrival drops no identity', () => {
  const identities = new IdentityIndex(1, KEPT_FOR)
  for (let i = 0; i < 100; i++) identities.put(Float64Array.of(i), i, 0, 1000 - (i % 2) * KEPT_FOR, i)
  for (let i = 0; i < 100; i++) assert.equal(identities.slotOf(identities.find(Float64Array.of(i))), i)
})

test('bytes count the table and every column', () => {
  const identities = new IdentityIndex(2, KEPT_FOR)
  assert.equal(identities.bytes, 16 * 4)
  identities.put(Float64Array.of(1, 2), 0, 0, 0, 0)
  assert.equal(identities.size, 1)
  assert.equal(identities.bytes, 16 * 4 + 16 * (8 + 4 + 8 + 8 + 8))
})
