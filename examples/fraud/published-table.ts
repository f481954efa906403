/**
 * The published protocol over a city of `generate.ts`: fit on 25–31 July, wait for a week of chargebacks, evaluate on 8–14 August, without
 * the cards whose fraud is known by then.
 *
 *     node generate.ts --seed 2 --days 136 --card-testing 0 --out payments.ndjson --labels chargebacks.ndjson
 *     node published-table.ts --payments payments.ndjson --chargebacks chargebacks.ndjson
 *
 * `--write` writes the coefficients of `published.ts`.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { decide, label, load } from 'spillway/replay'
import { auc, averagePrecision, fitLogistic, fitTrees, predict, type LogisticFit, type TreesFit } from 'spillway/training'
import { copyNumbers } from '../numbers.ts'
import { cardPrecision, DAY, notKnown, type Judged } from './card-precision.ts'
import pipeline from './published.ts'

/** Days since 1 April. */
const TRAIN = { from: 115, to: 122 }
const TEST = { from: 129, to: 136 }
/** Cards that are checked a day. */
const CARDS = 100

/** All decisions, with their outcomes from the chargebacks. */
export interface Labelled extends Judged {
  readonly inputs: Readonly<Record<string, Float64Array>>
}

export interface Quality {
  readonly auc: number
  readonly averagePrecision: number
  readonly cardPrecision: number
}

/** The figures in the handbook's table. */
export const published: Readonly<Record<string, Quality>> = {
  'logistic regression': { auc: 0.871, averagePrecision: 0.606, cardPrecision: 0.291 },
  'boosted trees': { auc: 0.869, averagePrecision: 0.687, cardPrecision: 0.303 },
}

/** `payments` and `chargebacks` are paths. The chargebacks continue until a week after the last payment, as the generator writes them. */
export async function labelled(files: { readonly payments: string; readonly chargebacks: string }): Promise<Labelled> {
  const log = await load(
    pipeline,
    (['payments', 'chargebacks'] as const).map(source => ({ source, path: files[source] })),
    { onRejected: () => {} },
  )
  const [model] = pipeline.ir.models
  const { length } = log.histories.get('payments')!.block
  const t = new Float64Array(length)
  const card = new Int32Array(length)
  const inputs = Object.fromEntries(model.inputs.map(({ name }) => [name, new Float64Array(length)]))
  for (const batch of decide({ ir: pipeline.ir, scores: pipeline.scores }, model, log)) {
    t.set(batch.t, batch.first)
    card.set(batch.key.values, batch.first)
    model.inputs.forEach(({ name }, i) => copyNumbers(batch.vector[i], batch.length, inputs[name], batch.first))
  }
  const { value } = label(pipeline, model, log)
  return { t, card, inputs, fraud: value }
}

/** The fits of a city, by their names in the published table. */
export function fits(all: Labelled): { readonly 'logistic regression': LogisticFit; readonly 'boosted trees': TreesFit } {
  const train = stretch(all, TRAIN)
  const rows = { columns: train.inputs, labels: train.fraud }
  return {
    'logistic regression': fitLogistic(rows, { ifNull: 0 }),
    'boosted trees': fitTrees(rows, { rounds: 200, depth: 3, learningRate: 0.05, ridge: 1 }),
  }
}

export function quality(all: Labelled, fit: LogisticFit | TreesFit): Quality {
  const test = stretch(all, TEST)
  const judged = picked(test, notKnown(all, dayOf(all, TRAIN.from), test))
  const score = predict(fit, judged.inputs)
  return {
    auc: auc(score, judged.fraud),
    averagePrecision: averagePrecision(score, judged.fraud),
    cardPrecision: cardPrecision(judged, score, CARDS),
  }
}

export function tableText(all: Labelled): string[] {
  const test = stretch(all, TEST)
  const number = (value: number) => value.toFixed(3)
  const line = (name: string, { auc, averagePrecision, cardPrecision }: Quality) =>
    `| ${[name, number(auc), number(averagePrecision), number(cardPrecision)].join(' | ')} |`
  return [
    `${test.t.length.toLocaleString('en')} payments in the week that is judged`,
    '| | AUC | AP | CP@100 |',
    '| --- | --- | --- | --- |',
    ...Object.entries(fits(all)).flatMap(([name, fit]) => [line(name, quality(all, fit)), line(`${name}, published`, published[name])]),
  ]
}

/** The payments of days [from, to), counted from the first day. */
function stretch(all: Labelled, { from, to }: typeof TRAIN): Labelled {
  const [first, behind] = [dayOf(all, from), dayOf(all, to)]
  return picked(
    all,
    all.t.map(t => Number(t >= first && t < behind)),
  )
}

/** Midnight of a day, UTC ms. */
const dayOf = ({ t }: Labelled, day: number): number => (Math.floor(t[0] / DAY) + day) * DAY

/** The payments with mark 1. */
function picked({ t, card, fraud, inputs }: Labelled, marked: ArrayLike<number>): Labelled {
  const isMarked = (_: unknown, i: number): boolean => marked[i] === 1
  return {
    t: t.filter(isMarked),
    card: card.filter(isMarked),
    fraud: fraud.filter(isMarked),
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, values.filter(isMarked)])),
  }
}

/** Six digits, so that every machine writes the same file. */
const sixDigits = (value: number): number => Number(value.toPrecision(6))

function write(fit: LogisticFit): void {
  const { intercept, weights } = fit.coefficients
  const rounded = Object.entries(weights).map(([name, { weight }]) => [name, { weight: sixDigits(weight), ifNull: 0 }])
  const coefficients = { intercept: sixDigits(intercept), weights: Object.fromEntries(rounded) }
  writeFileSync(new URL('published.json', import.meta.url), `${JSON.stringify(coefficients, undefined, 2)}\n`)
}

if (import.meta.main) {
  const options = { payments: { type: 'string' }, chargebacks: { type: 'string' }, write: { type: 'boolean' } } as const
  const { payments, chargebacks, write: isWriting } = parseArgs({ options }).values
  if (payments === undefined || chargebacks === undefined)
    throw new Error('usage: node published-table.ts --payments FILE --chargebacks FILE')
  const all = await labelled({ payments, chargebacks })
  for (const text of tableText(all)) console.log(text)
  if (isWriting) write(fits(all)['logistic regression'])
}
