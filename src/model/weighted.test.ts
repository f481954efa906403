import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Strings } from '../columns/strings.ts'
import type { InputIR, ModelIR, TermIR } from '../define/ir/ir.ts'
import { compileModel } from './index.ts'

const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true }))
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const term = fc.record({
  weight: number,
  mean: optional(number),
  scale: optional(number.filter(scale => scale !== 0)),
  ifNull: optional(number),
  levels: optional(fc.dictionary(fc.integer({ min: -3, max: 3 }).map(String), number)),
  otherwise: optional(number),
})
const cell = fc.option(
  number.map(value => value + 0),
  { freq: 4 },
)

/** One row, by the definitions at `TermIR` and `ScoreIR`. */
function naive(kind: 'logistic' | 'linear', intercept: number, terms: readonly TermIR[], row: readonly (number | null)[]): number | null {
  let z = intercept
  for (const [i, { weight, mean, scale, ifNull, levels, otherwise }] of terms.entries()) {
    const x = row[i]
    const adds = levels
      ? x === null
        ? (ifNull ?? otherwise)
        : (levels[String(x)] ?? otherwise)
      : x === null && ifNull === undefined
        ? undefined
        : (weight! * ((x ?? ifNull!) - (mean ?? 0))) / (scale ?? 1)
    if (adds === undefined) return null
    z += adds
  }
  const score = kind === 'linear' ? z : 1 / (1 + Math.exp(-z))
  return Number.isFinite(score) ? score + 0 : null
}

test('a weighted score over columns is that of each row, to the bit', () => {
  const cases = fc.record({
    kind: fc.constantFrom('logistic', 'linear'),
    intercept: number,
    terms: fc.array(term, { maxLength: 4 }),
    rows: fc.array(fc.tuple(cell, cell, cell, cell), { maxLength: 8 }),
  })
  fc.assert(
    fc.property(cases, ({ kind, intercept, terms: weights, rows }) => {
      const terms = weights.map((term, i) => ({ ...term, input: `x${i}` })) as TermIR[]
      const inputs = terms.map(({ input }): InputIR => ({ name: input, expr: { op: 'trigger', name: input, type: 'double' } }))
      const model: ModelIR = { name: 'm', decide: { kind: 'on', source: 's' }, inputs, score: { kind, intercept, terms } }
      const slot = (name: string) => Number(name.slice(1))
      const { values, nulls } = compileModel(model, { strings: new Strings() }).score(({ name }) => {
        const cells = rows.map(row => row[slot(name)])
        const values = Float64Array.from(cells, value => value ?? NaN)
        return cells.includes(null) ? { values, nulls: Uint8Array.from(cells, value => Number(value === null)) } : { values }
      }, rows.length).score
      const actual = rows.map((_, i) => (nulls?.[i] ? null : values[i]))
      assert.deepStrictEqual(
        actual,
        rows.map(row => naive(kind, intercept, terms, row)),
      )
      if (!actual.includes(null)) assert.equal(nulls, undefined)
    }),
    { numRuns: 1000 },
  )
})
