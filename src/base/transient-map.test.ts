/** A map of entries that live for milliseconds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { TransientMap } from './transient-map.ts'

const step = fc.record({ kind: fc.constantFrom('set', 'set', 'delete', 'clear'), key: fc.integer({ min: 0, max: 9 }) })

test('a transient map has the entries of a Map, in its order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      const [map, expected] = [new TransientMap<number, string>(), new Map<number, string>()]
      for (const [i, { kind, key }] of steps.entries()) {
        if (kind === 'set') {
          map.set(key, `value ${i}`)
          expected.set(key, `value ${i}`)
        } else if (kind === 'delete') {
          map.delete(key)
          expected.delete(key)
        } else if (i % 7 === 0) {
          map.clear()
          expected.clear()
        }
        assert.equal(map.size, expected.size)
        assert.equal(map.get(key), expected.get(key))
        assert.deepEqual([...map.values()], [...expected.values()])
      }
    }),
  )
})
