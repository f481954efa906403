/**
 * Fits the coefficients of `flights.ts` on the first half of the flights, by time. `evaluate.ts` evaluates them on the second half.
 *
 *     node examples/flights/fit.ts
 *
 * The pipeline itself computes the features, so training and serving have the same values.
 */
import { writeFileSync } from 'node:fs'
import { decisions, outcomesOf, readLog } from './decisions.ts'
import { coefficientsOf, fitHours } from './fitting.ts'

const numbers = ['there.delay', 'there.late', 'there.landed', 'here.delay', 'here.late', 'here.landed', 'distance']

const log = await readLog()
const { t, inputs } = decisions(log)
const late = outcomesOf(log)
const half = t.length >> 1
const fitted = fitHours(inputs, numbers, late, 0, half)
writeFileSync(new URL('coefficients.json', import.meta.url), `${JSON.stringify(coefficientsOf(fitted), undefined, 2)}\n`)
console.log(`wrote coefficients.json, fitted on ${half} flights up to ${new Date(t[half]).toISOString()}`)
