import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { scaledInteger } from '../base/exact.ts'
import { fractionEnd, scannedNumber } from './number-scan.ts'

const digits = fc.string({ unit: fc.constantFrom('0', '1', '5', '9'), maxLength: 18 })
const number = fc
  .tuple(fc.constantFrom('', '-', '+'), digits, fc.constantFrom('', '.'), digits, fc.constantFrom('', '', '', 'e3', 'E-2', ',', '}'))
  .map(parts => parts.join(''))

/** The characters before the first that cannot be part of a number. */
const numberToken = (text: string) => /^[-+.eE0-9]*/.exec(text)![0]

test('a scanned number has the value and the end that JSON and decimals give it', () => {
  let scanned = 0
  fc.assert(
    fc.property(number, fc.nat(15), (text, scale) => {
      const bytes = Buffer.from(`"${text}`)
      if (scannedNumber.scan(bytes, 1, true)) {
        scanned++
        const token = numberToken(text)
        assert.equal(bytes.toString('latin1', 1, scannedNumber.end), token)
        assert.equal(scannedNumber.double, (JSON.parse(token) as number) + 0)
        const scaled = scannedNumber.scaled(scale)
        if (!Number.isNaN(scaled)) assert.equal(scaled, scaledInteger(token, scale)! + 0)
      }
      if (scannedNumber.scan(bytes, 1, false)) {
        const scaled = scannedNumber.scaled(scale)
        if (!Number.isNaN(scaled)) assert.equal(scaled, scaledInteger(numberToken(text), scale)! + 0)
      }
    }),
    { numRuns: 20_000 },
  )
  assert.ok(scanned > 1000)
})

test('scans plain numbers, and rejects others', () => {
  const scans = (text: string, json: boolean) => scannedNumber.scan(Buffer.from(text), 0, json)
  for (const text of ['0', '-0', '12', '12.50', '-0.001', '123456789012345', '12345678901234.5']) assert.ok(scans(text, true), text)
  for (const text of ['', '-', '+1', '.5', '1.', '1e3', '1.5E3', '1234567890123456', '0.123456789012345', 'x'])
    for (const json of [true, false]) assert.ok(!scans(text, json), text)
  assert.ok(!scans('007', true))
  assert.ok(scans('007', false))
  assert.equal(scannedNumber.scaled(2), 700)
})

test('more places than the scale, and results beyond safe integers, are NaN', () => {
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

test('a number with a point or an exponent ends as in JSON, whatever its digits', () => {
  let scanned = 0
  fc.assert(
    fc.property(number, text => {
      const bytes = Buffer.from(`"${text}`)
      const end = fractionEnd(bytes, 1)
      const token = numberToken(text)
      const parsed = parsedNumber(token)
      if (parsed === undefined || /^-?\d+$/.test(token)) {
        // A prefix may be a number: 1.5-2 ends after the 5, and the reader then rejects the line for the rest.
        if (end >= 0) assert.equal(parsedNumber(bytes.toString('latin1', 1, end)) !== undefined && end - 1 < token.length, true)
        return
      }
      scanned++
      assert.equal(bytes.toString('latin1', 1, end), token)
    }),
    { numRuns: 20_000 },
  )
  assert.ok(scanned > 1000)
})

function parsedNumber(text: string): number | undefined {
  try {
    return JSON.parse(text) as number
  } catch {
    return undefined
  }
}
