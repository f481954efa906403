import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseInstant, IsoReader } from './instant.ts'

/** Times in many formats, some with a replaced character. */
const time = fc
  .tuple(
    fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }),
    fc.constantFrom(0, 10, 16, 19, 20, 21, 23),
    fc.constantFrom('Z', '', '+02:00', '-0130', '+05', 'z', '123Z', '.5Z'),
    fc.option(fc.tuple(fc.nat(25), fc.constantFrom('0', '1', '3', '9', '-', ':', '.', 'T', 'Z', ' ', '+', ',', 'x', '\u00e9'))),
  )
  .map(([date, cut, end, replacement]) => {
    const text = `${date.toISOString().slice(0, cut)}${end}`
    return replacement && replacement[0] < text.length
      ? `${text.slice(0, replacement[0])}${replacement[1]}${text.slice(replacement[0] + 1)}`
      : text
  })

test('reads the same instants from bytes as from text, and rejects the same texts', () => {
  let instants = 0
  for (const zone of [undefined, 'UTC', 'Europe/Zurich']) {
    const reader = new IsoReader(zone)
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 4 }), texts => {
        // Several times with one reader, which caches a date.
        for (const text of [...texts, ...texts]) {
          const bytes = Buffer.from(`"${text}"`)
          const instant = reader.read(bytes, 1, bytes.length - 1)
          assert.equal(instant, parseInstant(text, zone) ?? NaN, text)
          if (!Number.isNaN(instant)) instants++
        }
      }),
      { numRuns: 3000 },
    )
  }
  assert.ok(instants > 1000)
})

test('rejects a date that does not exist, repeatedly', () => {
  const reader = new IsoReader(undefined)
  const read = (text: string) => reader.read(Buffer.from(text), 0, text.length)
  for (let i = 0; i < 2; i++) assert.equal(read('2025-02-29T00:00:00Z'), NaN)
  assert.equal(read('2024-02-29T23:59:59.999Z'), Date.UTC(2024, 1, 29, 23, 59, 59, 999))
  for (let i = 0; i < 2; i++) assert.equal(read('2024-02-29T24:00:00.000Z'), NaN)
  assert.equal(read('9'.repeat(100)), NaN)
})
