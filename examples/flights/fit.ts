/**
 * Fits the coefficients of `flights.ts` on the first half of the flights, by time. `evaluate.ts` judges them on the second.
 *
 *     node examples/flights/fit.ts
 *
 * The features are those that the pipeline itself serves, so training and serving see the same values.
 */
import { writeFileSync } from 'node:fs'
import { fitLogistic } from 'spillway/training'
import { decisions, readLog } from './decisions.ts'
import { outcomes } from './outcomes.ts'

/** Six digits: the same file from every machine, whatever its last bits. */
const rounded = (value: number): number => Number(value.toPrecision(6))

const numbers = ['there.delay', 'there.late', 'there.landed', 'here.delay', 'here.late', 'here.landed', 'distance']
/** An hour of the day is a level of its own; noon, the base, has weight 0. */
const hours = Array.from({ length: 24 }, (_, hour) => hour)
const otherHours = hours.filter(hour => hour !== 12)

const { t, inputs } = decisions(await readLog())
const { departed, late } = await outcomes()
if (t.some((time, i) => time !== departed[i])) throw new Error('decisions and outcomes are not in the same order')

const half = t.length >> 1
const hour = inputs.get('hour')!
const columns = Object.fromEntries([
  ...numbers.map(name => [name, inputs.get(name)!.subarray(0, half)] as const),
  ...otherHours.map(level => [`hour ${level}`, hour.subarray(0, half).map(value => Number(value === level))] as const),
])
const { intercept, weights } = fitLogistic({ columns, labels: late.subarray(0, half) }, { standardise: false, ifNull: 0 }).coefficients
const weightOf = (name: string): number => rounded(weights[name].weight)
const coefficients = {
  intercept: rounded(intercept),
  weights: {
    ...Object.fromEntries(numbers.map(name => [name, { weight: weightOf(name), ifNull: 0 }])),
    hour: { levels: Object.fromEntries(hours.map(level => [level, level === 12 ? 0 : weightOf(`hour ${level}`)])) },
  },
}
writeFileSync(new URL('coefficients.json', import.meta.url), `${JSON.stringify(coefficients, undefined, 2)}\n`)
console.log(`wrote coefficients.json, fitted on ${half} flights up to ${new Date(t[half]).toISOString()}`)
