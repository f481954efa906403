/** Ids that a gate knows, against a list of all that were noted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { KnownIds } from './known-ids.ts'

test('it knows the last arrival of each id that is not too old, and no more of them than it may', () => {
  const step = fc.record({ id: fc.nat(600), after: fc.constantFrom(0, 0, 0, 1, 7, 60) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 30 }), (steps, max, age) => {
      const ids = new KnownIds(max)
      let noted: { id: string; content: string; arrival: number }[] = []
      let arrival = 0
      for (const [i, { id: number, after }] of steps.entries()) {
        arrival += after
        const [id, content] = [String.fromCharCode(number % 256, Math.floor(number / 256)), `${i}`]
        const others = noted.filter(each => each.arrival >= arrival - age && each.id !== id)
        const hasRoom = others.length < max
        assert.equal(ids.note(id, { content, arrival }, arrival - age), hasRoom)
        noted = hasRoom ? [...others, { id, content, arrival }] : others
        for (const each of noted) assert.deepEqual(ids.get(each.id), { content: each.content, arrival: each.arrival })
        if (!hasRoom) return
      }
    }),
  )
})

test('ids of one part, all too old, are forgotten at once', () => {
  const ids = new KnownIds()
  for (const id of ['ax', 'ay']) ids.note(id, { content: id, arrival: 1 }, 0)
  assert.ok(ids.note('az', { content: 'az', arrival: 9 }, 2))
  assert.deepEqual([ids.get('ax'), ids.get('ay'), ids.get('az')?.arrival], [undefined, undefined, 9])
})
