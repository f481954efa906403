import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { scaledInteger } from '../base/exact.ts'
import { fractionEnd, scannedNumber } from './number-scan.ts'

const digits = fc.string({ unit: fc.constantFrom('0', '1', '5', '9'), maxLength: 18 })
const number = fc
  .tuple(fc.constantFrom('', '-', '+'), digits, fc.constantFrom('', '.'), digits, fc.constantFrom('', '', '', 'e3', 'E-2', ',', '}'))
  .map(parts => parts.join(''))

/** What stands before the first byte that is no part of a number. */
const tokenOf = (text: string) => /^[-+.eE0-9]*/.exec(text)![0]

test('a number that is taken is the one that JSON and decimals read, and ends where it ends', () => {
  let taken = 0
  fc.assert(
    fc.property(number, fc.nat(15), (text, scale) => {
      const bytes = Buffer.from(`"${text}`)
      if (scannedNumber.scan(bytes, 1, true)) {
        taken++
        const token = tokenOf(text)
        assert.equal(bytes.toString('latin1', 1, scannedNumber.end), token)
        assert.equal(scannedNumber.double, (JSON.parse(token) as number) + 0)
        const scaled = scannedNumber.scaled(scale)
        if (!Number.isNaN(scaled)) assert.equal(scaled, scaledInteger(token, scale)! + 0)
      }
      if (scannedNumber.scan(bytes, 1, false)) {
        const scaled = scannedNumber.scaled(scale)
        if (!Number.isNaN(scaled)) assert.equal(scaled, scaledInteger(tokenOf(text), scale)! + 0)
      }
    }),
    { numRuns: 20_000 },
  )
  assert.ok(taken > 1000)
})

test('what is taken, and what is left', () => {
  const takes = (text: string, json: boolean) => scannedNumber.scan(Buffer.from(text), 0, json)
  for (const text of ['0', '-0', '12', '12.50', '-0.001', '123456789012345', '12345678901234.5']) assert.ok(takes(text, true), text)
  for (const text of ['', '-', '+1', '.5', '1.', '1e3', '1.5E3', '1234567890123456', '0.123456789012345', 'x'])
    for (const json of [true, false]) assert.ok(!takes(text, json), text)
  assert.ok(!takes('007', true))
  assert.ok(takes('007', false))
  assert.equal(scannedNumber.scaled(2), 700)
})

test('more places than the scale, and more than a safe integer, are none', () => {
  const scaled = (text: string, scale: number) => {
    assert.ok(scannedNumber.scan(Buffer.from(text), 0, true))
    return scannedNumber.scaled(scale)
  }
  assert.equal(scaled('23.50', 2), 2350)
  assert.equal(scaled('23.500', 2), NaN)
  assert.equal(scaled('9.007199254', 15), 9007199254000000)
  assert.equal(scaled('9.007199255', 15), NaN)
  assert.equal(Object.is(scaled('-0', 2), 0), true)
})

test('a number with a point or an exponent ends where JSON says, whatever its digits', () => {
  let taken = 0
  fc.assert(
    fc.property(number, text => {
      const bytes = Buffer.from(`"${text}`)
      const end = fractionEnd(bytes, 1)
      const token = tokenOf(text)
      const parsed = parsedNumber(token)
      if (parsed === undefined || /^-?\d+$/.test(token)) {
        // What stands there may begin as a number does: 1.5-2 ends behind the 5, and the line is left for what follows.
        if (end >= 0) assert.equal(parsedNumber(bytes.toString('latin1', 1, end)) !== undefined && end - 1 < token.length, true)
        return
      }
      taken++
      assert.equal(bytes.toString('latin1', 1, end), token)
    }),
    { numRuns: 20_000 },
  )
  assert.ok(taken > 1000)
})

function parsedNumber(text: string): number | undefined {
  try {
    return JSON.parse(text) as number
  } catch {
    return undefined
  }
}
