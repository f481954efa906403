import assert from 'node:assert/strict'
import { test } from 'node:test'
import { poissonUpper } from './poisson.ts'

const near = (result: number, expected: number, relative: number): void =>
  assert.ok(Math.abs(result - expected) <= relative * expected, `${result} for ${expected}`)

test('upper bounds equal the published tables, 97.5 % and 95 %', () => {
  const tables: [count: number, tail: number, bound: number][] = [
    [0, 0.025, 3.688879],
    [1, 0.025, 5.571643],
    [2, 0.025, 7.224688],
    [5, 0.025, 11.668332],
    [10, 0.025, 18.390356],
    [0, 0.05, 2.995732],
    [1, 0.05, 4.743865],
    [10, 0.05, 16.962219],
  ]
  for (const [count, tail, bound] of tables) near(poissonUpper(count, tail), bound, 1e-6)
})

test('at the bound the count or fewer have the tail probability, term by term', () => {
  for (const count of [0, 1, 3, 17, 60])
    for (const tail of [0.2, 0.025, 1e-4, 1e-9]) {
      const mean = poissonUpper(count, tail)
      let [term, sum] = [Math.exp(-mean), Math.exp(-mean)]
      for (let n = 1; n <= count; n++) {
        term *= mean / n
        sum += term
      }
      near(sum, tail, 1e-9)
    }
})

test('for large counts the bound is close to the normal one', () => {
  for (const count of [1000, 100_000]) near(poissonUpper(count, 0.025), count + 1.96 * Math.sqrt(count) + 2, 0.001)
})
