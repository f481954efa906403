import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { integerText, dollarText, estimateText, numberText, quantityText, rangeText, ratioText, percentageText } from './figures.ts'

const expectTexts = <T>(of: (value: T) => string, pairs: readonly (readonly [T, string])[]) => {
  for (const [value, text] of pairs) assert.equal(of(value), text)
}

test('numbers have separators, a minus sign, and no excess digits', () => {
  expectTexts(integerText, [
    [0, '0'],
    [1234, '1,234'],
    [-1234, '−1,234'],
    [12_345_678, '12.3M'],
    [3e10, '30B'],
    [2e15, '2.00e+15'],
  ])
  expectTexts(
    value => numberText(value),
    [
      [0, '0'],
      [-0, '0'],
      [0.0421, '0.042'],
      [1.234, '1.23'],
      [12.34, '12.3'],
      [123.4, '123'],
      [1e-9, '0'],
      [-1e-9, '0'],
    ],
  )
})

test('an estimate has as many digits as its interval supports', () => {
  const text = ([value, low, high]: readonly [number, number, number], unit?: string) => estimateText({ value, low, high }, unit)
  assert.equal(text([-18.2, -22.4, -14.1]), '−18 [−22, −14]')
  assert.equal(text([-1234.5, -1456, -1012]), '−1,235 [−1,456, −1,012]')
  assert.equal(text([-2822, -4551, -1289], '$'), '−$2,822 [−$4,551, −$1,289]')
  assert.equal(text([0.42, 0.31, 0.53]), '0.42 [0.31, 0.53]')
  assert.equal(text([0, 0, 0]), '0 [0, 0]')
  assert.equal(text([1, -2, 4]), '1 [−2, 4]')
})

test('dollars have cents or none, zero has none, and an amount below a cent prints as <$0.01', () => {
  const text = (value: number, low: number, high: number) => estimateText({ value, low, high }, '$')
  assert.equal(text(0, 0, 0.04), '$0 [$0, $0.04]')
  assert.equal(text(0, -0.04, 0), '$0 [−$0.04, $0]')
  assert.equal(text(0.4, 0.1, 1.2), '$0.40 [$0.10, $1.20]')
  assert.equal(text(5.4, 4.9, 5.9), '$5.40 [$4.90, $5.90]')
  assert.equal(text(0.0004, 0.0001, 0.0009), '$0.0004 [$0.0001, $0.0009]')
  assert.equal(text(0, -1e-7, 1e-7), '$0 [−<$0.01, <$0.01]')
  fc.assert(
    fc.property(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.double({ min: 0, max: 1e3, noNaN: true }), (value, half) => {
      assert.doesNotMatch(text(value, value - half, value + half), /\$0\.0+(?!\d)/)
    }),
  )
})

test('a bound that is not zero is not shown as zero', () => {
  assert.equal(estimateText({ value: -5.4, low: -10.6, high: -0.2 }), '−5.4 [−10.6, −0.2]')
  assert.equal(estimateText({ value: -0.4, low: -20.6, high: 19.8 }), '−0.4 [−20.6, 19.8]')
  const bound = fc.double({ min: -1e6, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(bound, bound, bound, (a, b, c) => {
      const [low, value, high] = [a, b, c].map(x => Math.round(x * 1e3) / 1e3).sort((x, y) => x - y)
      const shown = /\[(.*), (.*)\]/.exec(estimateText({ value, low, high }))!
      for (const [bound, text] of [
        [low, shown[1]],
        [high, shown[2]],
      ] as const) {
        const number = Number(text.replaceAll(',', '').replace('−', '-'))
        assert.equal(Math.sign(number), Math.sign(bound) + 0, `${bound} as ${text}`)
      }
    }),
  )
})

test('dollars, shares and ranges', () => {
  expectTexts(dollarText, [
    [0, '$0'],
    [0.4249, '$0.42'],
    [0.0004, '<$0.01'],
    [-12, '−$12'],
    [12.5, '$12.50'],
    [1234.5, '$1,235'],
  ])
  expectTexts(percentageText, [
    [0, '0 %'],
    [0.0004, '<0.1 %'],
    [0.00837, '0.8 %'],
    [0.47, '47 %'],
    [0.992, '99.2 %'],
    [0.9999, '>99.9 %'],
    [1, '100 %'],
  ])
  expectTexts(ratioText, [
    [0.467, '.47'],
    [1, '1.00'],
    [null, '–'],
  ])
  expectTexts(rangeText, [
    [{ low: 90, base: 120, high: 160 }, '$120 ($90 to $160)'],
    [{ low: 0, base: 0, high: 0 }, '$0'],
  ])
  assert.equal(quantityText(18, 'late arrivals'), '18 late arrivals')
  assert.equal(quantityText(-18.25, '$'), '−$18.25')
  assert.deepEqual(
    [0.169, 0.0042, 1e-9, 0, 118.25].map(value => quantityText(value, '$')),
    ['$0.17', '$0.004', '<$0.01', '$0', '$118'],
  )
})
