/**
 * Fits the coefficients of `fraud.ts`, and selects its decline threshold: the one with the greatest savings. Both come from one city;
 * `evaluate.ts` and `ages.ts` evaluate them in another, with another seed.
 *
 *     node examples/fraud/generate.ts --seed 1 --out payments.ndjson --planted planted.ndjson
 *     node examples/fraud/fit.ts --payments payments.ndjson --planted planted.ndjson
 *
 * The pipeline itself computes the inputs. A real model learns from chargebacks that come seven days late. That changes what is known when,
 * and is left out here: the coefficients are used after the end of this city.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { fitLogistic, predict } from 'spillway/training'
import { block, mean } from './blocking.ts'
import { decided, readPayments } from './decided.ts'
import pipeline from './fraud.ts'
import { wholeWeeks } from './scored.ts'
import { readTruth } from './truth.ts'

/** Six digits, so that every machine writes the same file. */
const sixDigits = (value: number): number => Number(value.toPrecision(6))

const { payments, planted } = parseArgs({ options: { payments: { type: 'string' }, planted: { type: 'string' } } }).values
if (payments === undefined || planted === undefined) throw new Error('usage: node fit.ts --payments FILE --planted FILE')

const names = pipeline.ir.models[0].inputs.map(({ name }) => name)
const all = decided(await readPayments(payments), await readTruth(planted), { inputs: names })
const judged = wholeWeeks(all)
const from = all.t.indexOf(judged.t[0])
const columns = Object.fromEntries(names.map(name => [name, all.inputs.get(name)!.subarray(from, from + judged.t.length)]))
const fit = fitLogistic({ columns, labels: judged.fraud }, { standardise: false, ifNull: 0 })
const score = predict(fit, columns)

/** Hundredths: finer steps would only fit this city. */
const thresholds = Array.from({ length: 99 }, (_, i) => (i + 1) / 100)
const saved = thresholds.map(threshold => mean(block({ ...judged, score }, threshold).weeks))
const declineFrom = thresholds[saved.indexOf(Math.max(...saved))]

const coefficients = {
  intercept: sixDigits(fit.coefficients.intercept),
  weights: Object.fromEntries(names.map(name => [name, { weight: sixDigits(fit.coefficients.weights[name].weight), ifNull: 0 }])),
}
writeFileSync(new URL('fitted.json', import.meta.url), `${JSON.stringify({ coefficients, declineFrom }, undefined, 2)}\n`)
console.log(
  `wrote fitted.json: fitted on ${judged.t.length} payments, declining from ${declineFrom} on saves $${Math.round(Math.max(...saved))} a week there`,
)
