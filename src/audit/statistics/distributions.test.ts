import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalTail, poissonUpper, studentQuantile, studentTail } from './distributions.ts'

const close = (result: number, expected: number, relative: number): void =>
  assert.ok(Math.abs(result - expected) <= relative * Math.abs(expected), `${result} for ${expected}`)

test('quantiles equal the published tables', () => {
  const tables: [tail: number, freedom: number, t: number][] = [
    [0.05, 1, 12.7062047362],
    [0.05, 2, 4.3026527297],
    [0.05, 5, 2.5705818356],
    [0.05, 10, 2.228138852],
    [0.05, 30, 2.0422724563],
    [0.05, 120, 1.9799304051],
    [0.05, Infinity, 1.9599639845],
    [0.01, 10, 3.1692726726],
    [0.01, Infinity, 2.5758293035],
  ]
  for (const [tail, freedom, t] of tables) close(studentQuantile(tail, freedom), t, 1e-9)
})

test('tails with one and two degrees of freedom equal their closed forms', () => {
  for (const t of [1e-6, 0.1, 0.5, 1, 1.7, 2, 3, 10, 1000]) {
    close(studentTail(t, 1), 1 - (2 / Math.PI) * Math.atan(t), 1e-9 + (t > 100 ? 1e-6 : 0))
    close(studentTail(t, 2), 1 - t / Math.sqrt(2 + t * t), 1e-9 + (t > 100 ? 1e-6 : 0))
    assert.equal(studentTail(-t, 3), studentTail(t, 3))
  }
  assert.equal(studentTail(0, 7), 1)
})

test('tails with any degrees of freedom equal the integral of the density', () => {
  for (const freedom of [0.7, 3.3, 17.9, 61.2, 250.5])
    for (const [from, to] of [
      [0.2, 1.1],
      [1.1, 2.6],
      [2.6, 4.5],
    ]) {
      // The ratio of two integrals of (1 + t²/ν)^(−(ν + 1)/2) needs no constant.
      const ratio = integral(freedom, from, to) / integral(freedom, 0.2, 4.5)
      const [a, b] = [studentTail(from, freedom) - studentTail(to, freedom), studentTail(0.2, freedom) - studentTail(4.5, freedom)]
      close(a / b, ratio, 1e-9)
    }
})

test('the normal tail, on both branches, and as the limit of the t distribution', () => {
  close(normalTail(1), 0.3173105078629, 1e-11)
  close(normalTail(3), 0.0026997960632601866, 1e-11)
  close(normalTail(5), 5.733031437583869e-7, 1e-9)
  assert.equal(normalTail(0), 1)
  close(normalTail(3 * Math.SQRT2 * (1 - 1e-9)), normalTail(3 * Math.SQRT2), 1e-7)
  close(studentTail(2, 1e7), normalTail(2), 1e-6)
  close(studentTail(2, 1e9), normalTail(2), 1e-15)
})

function integral(freedom: number, from: number, to: number): number {
  const steps = 2000
  const density = (t: number): number => (1 + (t * t) / freedom) ** (-(freedom + 1) / 2)
  let sum = density(from) + density(to)
  for (let i = 1; i < steps; i++) sum += (i % 2 === 0 ? 2 : 4) * density(from + ((to - from) * i) / steps)
  return (sum * (to - from)) / (3 * steps)
}

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
  for (const [count, tail, bound] of tables) close(poissonUpper(count, tail), bound, 1e-6)
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
      close(sum, tail, 1e-9)
    }
})

test('for large counts the bound is close to the normal one', () => {
  for (const count of [1000, 100_000]) close(poissonUpper(count, 0.025), count + 1.96 * Math.sqrt(count) + 2, 0.001)
})
