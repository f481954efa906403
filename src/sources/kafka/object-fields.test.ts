/** Objects without some of their fields: those that `JSON.parse` and a deletion give, in the bytes of the others. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseJsonRecord } from '../../intake/json.ts'
import { withoutFields } from './object-fields.ts'

/** A quoted name with some of its units as escapes. */
const quotedName = fc.tuple(fc.string({ unit: 'binary', maxLength: 3 }), fc.infiniteStream(fc.boolean())).map(([name, escapes]) => {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  const units = name.toWellFormed().split('')
  return `"${units.map(unit => (escapes.next().value || !/[ -~]/.test(unit) || /["\\]/.test(unit) ? escaped(unit) : unit)).join('')}"`
})
const space = fc.constantFrom('', ' ', '\n\t')
const field = fc.record({ name: quotedName, value: fc.json({ maxDepth: 3 }), spaces: fc.tuple(space, space, space, space) })
const fields = fc.uniqueArray(field, { maxLength: 5, selector: ({ name }) => JSON.parse(name) as string })
const objectText = (all: readonly { name: string; value: string; spaces: readonly string[] }[]): string =>
  `{${all.map(({ name, value, spaces: [a, b, c, d] }) => `${a}${name}${b}:${c}${value}${d}`).join(',')}}`

test('the other fields stay as they were written', () => {
  fc.assert(
    fc.property(fields, fc.infiniteStream(fc.boolean()), (all, isRemoved) => {
      const named = all.map(each => ({ ...each, text: JSON.parse(each.name) as string, isRemoved: isRemoved.next().value as boolean }))
      const [removed, others] = [named.filter(each => each.isRemoved), named.filter(each => !each.isRemoved)]
      const bytes = withoutFields(Buffer.from(objectText(named)), new Set(removed.map(({ text }) => text)))
      // Space before a name goes with the comma before it.
      const rest = others.map(each => ({ ...each, spaces: ['', ...each.spaces.slice(1)] }))
      assert.equal(bytes.toString('utf8'), removed.length === 0 ? objectText(named) : objectText(rest))
      const expected = Object.fromEntries(others.map(({ text, value }) => [text, JSON.parse(value) as unknown]))
      assert.deepEqual(JSON.parse(bytes.toString('utf8')), expected)
    }),
    { numRuns: 1000 },
  )
})

test('bytes that are no record of JSON do not become one', () => {
  const pieces = fc.constantFrom('{', '}', '[', ']', ',', ':', ' ', '"a"', '"b"', String.raw`"\u0061"`, '1', 'x', '"', '\\', '\u00ff')
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), inner => {
      const bytes = Buffer.from(`{"a":1,${inner.join('')}}`, 'latin1')
      if (!isJson(bytes)) assert.equal(withoutFields(bytes, new Set(['a'])), bytes)
    }),
    { numRuns: 5000 },
  )
  for (const text of ['', '{', '[{"a":1}]', '{"a":\u00ff}', '{"a":"\u00ff"}']) {
    const bytes = Buffer.from(text, 'latin1')
    assert.equal(withoutFields(bytes, new Set(['a'])), bytes)
  }
  const twice = withoutFields(Buffer.from('{"b":1,"b":2,"a":3}'), new Set(['a']))
  assert.match(String((parseJsonRecord(twice, 0, twice.length) as { detail?: string }).detail), /a field occurs twice/)
})

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'))
    return true
  } catch {
    return false
  }
}
