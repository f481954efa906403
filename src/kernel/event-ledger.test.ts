import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { EventLedger, emptyLedgerEvent } from './event-ledger.ts'
import { Windows, type WindowShape } from './window.ts'

interface Kept {
  readonly time: number
  readonly sourcePosition: number
}

const contents = (ledger: EventLedger, slot: number): Kept[] =>
  Array.from(ledger.eventsOf(slot, emptyLedgerEvent(2, 1)), ({ time, sourcePosition }) => ({ time, sourcePosition }))

const event = (time: number, sourcePosition: number) => {
  const { identity, values, ...rest } = emptyLedgerEvent(2, 1)
  identity.set([sourcePosition, -sourcePosition])
  values[0] = time * 2
  return { ...rest, time, arrival: time + 1, sourcePosition, identity, values }
}

/** The expected contents of ledgers of two windows: the events added and not removed that a window can reach, at most `maxEvents`. */
function property(windows: readonly WindowShape[], maxEvents: number): void {
  const step = fc.record({
    slot: fc.nat(1),
    wait: fc.nat(6),
    late: fc.oneof(fc.constant(0), fc.nat(30)),
    removes: fc.boolean(),
    which: fc.nat(99),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), steps => {
      const bounds = new Windows(windows)
      const ledger = new EventLedger(bounds, 2, 1, maxEvents)
      ledger.grow(2)
      const lists: Kept[][] = [[], []]
      const newestLost = [-Infinity, -Infinity]
      let now = 0
      steps.forEach(({ slot, wait, late, removes, which }, sourcePosition) => {
        now += wait
        if (removes) {
          const list = lists[slot]
          const { time, sourcePosition: at } = list[which % list.length] ?? { time: now, sourcePosition: -1 }
          assert.equal(ledger.remove(slot, time, at), list.length > 0)
          assert.equal(ledger.remove(slot, time, at), false, 'once')
          lists[slot] = list.filter(({ sourcePosition }) => sourcePosition !== at)
          return
        }
        const time = now - late
        let list = lists[slot].filter(entry => entry.time >= bounds.reach(now))
        if (time >= bounds.reach(now)) list.push({ time, sourcePosition })
        list = list.sort((a, b) => a.time - b.time)
        const loses = list.length > maxEvents
        if (loses) newestLost[slot] = Math.max(newestLost[slot], list.shift()!.time)
        lists[slot] = list
        assert.equal(ledger.add(slot, event(time, sourcePosition), now), loses)
        assert.deepEqual(contents(ledger, slot), list)
        assert.equal(ledger.newestLost(slot), newestLost[slot])
      })
      assert.equal(ledger.events, lists.flat().length)
    }),
  )
}

test('a ledger holds the events that its longest window can reach', () =>
  property(
    [
      { span: 10, hop: 1 },
      { span: 21, hop: 5 },
    ],
    1000,
  ))

test('a ledger of a lifetime window holds all events, up to its bound', () => {
  property([{ span: Infinity, hop: 2 ** 45 }], 1000)
  property([{ span: Infinity, hop: 2 ** 45 }], 5)
})

test('an event is returned with all of its fields', () => {
  const ledger = new EventLedger(new Windows([{ span: 10, hop: 1 }]), 2, 1, 10)
  ledger.grow(2)
  ledger.add(1, event(7, 3), 10)
  const [entry] = [...ledger.eventsOf(1, emptyLedgerEvent(2, 1))]
  assert.deepEqual(entry, event(7, 3))
  assert.ok(ledger.bytes > 0)
})
