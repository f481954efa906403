/** The patterns of the document and the readers of columns accept the same texts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { ColumnIR } from '../../define/ir/ir.ts'
import { fieldReader } from '../../intake/field.ts'
import { decimalPattern, durationPattern, instantPattern } from './json-schema.ts'

const takes = (column: Omit<ColumnIR, 'name' | 'nullable'>) => {
  const read = fieldReader({ name: 'x', nullable: false, ...column }, { text: false, zoneless: false })
  return (text: string): boolean => typeof read(text) !== 'object'
}

/** Texts that match the pattern, and texts with one character changed, removed or inserted. */
function nearTexts(pattern: string): fc.Arbitrary<string> {
  const described = fc.stringMatching(new RegExp(pattern))
  const changed = fc
    .tuple(described, fc.nat(40), fc.nat(1), fc.constantFrom('', '0', '1', '3', '9', '+', '-', '.', ',', ':', 'T', 'Z', ' ', 's'))
    .map(([text, at, gone, sign]) => text.slice(0, at) + sign + text.slice(at + gone))
  return fc.oneof(described, changed)
}

const runs = { numRuns: 4000 }

test('a text matches the pattern of times if and only if the reader accepts it', () => {
  const isTaken = takes({ type: 'timestamp' })
  const pattern = new RegExp(instantPattern)
  const days = fc.tuple(fc.integer({ min: 1650, max: 2300 }), fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 32 }))
  const dates = days.map(([y, m, d]) => `${String(y).padStart(4, '0')}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`)
  // The pattern accepts no text of the years in which the range begins and ends.
  const inRange = (text: string) => !/^(?:1691|2248)/.test(text)
  for (const texts of [nearTexts(instantPattern), dates])
    fc.assert(
      fc.property(texts.filter(inRange), text => assert.equal(pattern.test(text), isTaken(text), text)),
      runs,
    )
  for (const [text, is] of [
    ['2000-02-29', true],
    ['1900-02-29', false],
    ['2023-02-29', false],
    ['2024-02-29T23:59:59,5+0200', true],
    ['', false],
  ] as const)
    assert.deepEqual([pattern.test(text), isTaken(text)], [is, is], text)
})

test('the reader accepts decimals and durations that match, and others only with an exponent, more digits or finer fractions', () => {
  // A double holds some numbers of 16 digits, which no pattern can state; zero may have a sign.
  const decimal = (scale: number, isSigned: boolean) => {
    const isBeyond = (text: string) => /[eE]/.test(text) || /^-?[0.]+$/.test(text) || /^-?0*(\d*)/.exec(text)![1].length + scale > 15
    return [decimalPattern(scale, isSigned), takes({ type: 'decimal', scale, ...(!isSigned && { min: 0 }) }), isBeyond] as const
  }
  const isLong = (text: string) => /\.|\d{8}/.test(text)
  for (const [pattern, isTaken, isBeyond] of [
    ...[0, 2, 4, 15].map(scale => decimal(scale, true)),
    decimal(2, false),
    [durationPattern, takes({ type: 'duration' }), isLong] as const,
  ])
    fc.assert(
      fc.property(nearTexts(pattern), text => {
        if (new RegExp(pattern).test(text)) assert.ok(isTaken(text), `${text} is described by ${pattern}, and rejected`)
        else if (!isBeyond(text)) assert.ok(!isTaken(text), `${text} is not described by ${pattern}, and taken`)
      }),
      runs,
    )
})
