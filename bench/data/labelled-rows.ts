/**
 * Labelled rows that need trees: 20 columns, some with NULLs, and a probability from thresholds, products and one linear part.
 *
 * The same seed gives the same rows on every machine.
 */
import { random, type Random } from '../../src/base/random.ts'

export interface LabelledRows {
  readonly columns: Readonly<Record<string, Float64Array>>
  readonly labels: Uint8Array
}

const COLUMNS = 20
const NULLS = 0.1

/** From the standard normal distribution (Box and Muller 1958). */
const normal = (next: Random): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())

/** Value of a column: in turn normal, skewed, counts, and normal with NULLs. */
function valueOf(column: number, next: Random): number {
  switch (column % 4) {
    case 0:
      return normal(next)
    case 1:
      return Math.exp(normal(next))
    case 2:
      return Math.floor(-5 * Math.log(1 - next()))
    default: {
      const value = normal(next)
      return next() < NULLS ? NaN : value
    }
  }
}

export function labelledRows(length: number, seed: number): LabelledRows {
  const next = random(seed)
  const columns = Array.from({ length: COLUMNS }, () => new Float64Array(length))
  const labels = new Uint8Array(length)
  for (let row = 0; row < length; row++) {
    const x = columns.map((column, i) => (column[row] = valueOf(i, next)))
    labels[row] = Number(next() < 1 / (1 + Math.exp(-logOdds(x))))
  }
  return { columns: Object.fromEntries(columns.map((column, i) => [`x${i}`, column])), labels }
}

function logOdds(x: readonly number[]): number {
  const straight = 0.5 * x[0] - 0.3 * Math.log(x[1])
  const crossed = x[4] > 0 ? (x[8] > 0 ? 1.2 : -0.4) : -0.6
  const steps = (x[2] > 6 ? 0.7 : 0) + (x[5] > 1.5 && x[6] < 3 ? 0.9 : 0)
  const missing = Number.isNaN(x[3]) ? 0.6 : 0.4 * Math.abs(x[3])
  return -2 + straight + crossed + steps + missing + 0.5 * Math.sin(3 * x[12])
}
