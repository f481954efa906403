/** Logistic regression over inputs of a pipeline with a level for each hour of the day, for `fit.ts` and `weekly-table.ts`. */
import { fitLogistic, predict, type LogisticFit } from 'spillway/training'

export type Inputs = ReadonlyMap<string, Float64Array>

/** An hour of the day is a level of its own; noon, the base, has weight 0. */
const hours = Array.from({ length: 24 }, (_, hour) => hour)
const otherHours = hours.filter(hour => hour !== 12)

/** Columns of rows [from, to): one for each number, and one for each hour except noon. */
function columnsOf(inputs: Inputs, numbers: readonly string[], from: number, to: number): Record<string, Float64Array> {
  const hour = inputs.get('hour')!.subarray(from, to)
  return Object.fromEntries([
    ...numbers.map(name => [name, inputs.get(name)!.subarray(from, to)] as const),
    ...otherHours.map(level => [`hour ${level}`, hour.map(value => Number(value === level))] as const),
  ])
}

export interface Fitted {
  readonly numbers: readonly string[]
  readonly fit: LogisticFit
}

export function fitHours(inputs: Inputs, numbers: readonly string[], late: Uint8Array, from: number, to: number): Fitted {
  const columns = columnsOf(inputs, numbers, from, to)
  return { numbers, fit: fitLogistic({ columns, labels: late.subarray(from, to) }, { standardise: false, ifNull: 0 }) }
}

export const scoresOf = ({ numbers, fit }: Fitted, inputs: Inputs, from: number, to: number): Float64Array =>
  predict(fit, columnsOf(inputs, numbers, from, to))

/** Six digits, so that every machine writes the same file. */
const rounded = (value: number): number => Number(value.toPrecision(6))

/** The argument of `logistic`, by the names of the model's inputs. */
export function coefficientsOf({ numbers, fit }: Fitted): object {
  const { intercept, weights } = fit.coefficients
  const weightOf = (name: string): number => rounded(weights[name].weight)
  return {
    intercept: rounded(intercept),
    weights: {
      ...Object.fromEntries(numbers.map(name => [name, { weight: weightOf(name), ifNull: 0 }])),
      hour: { levels: Object.fromEntries(hours.map(level => [level, level === 12 ? 0 : weightOf(`hour ${level}`)])) },
    },
  }
}
