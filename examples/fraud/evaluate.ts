/**
 * Quality of the decisions of `fraud.ts`, from the output of `spillway replay --out` and the planted frauds: ranking, and the savings of
 * declined payments (`blocking.ts`). The first thirty days are not evaluated.
 *
 *     node evaluate.ts --decisions decisions.ndjson --planted planted.ndjson
 *
 * The threshold is that of `fitted.json`, fitted on another city. Memory holds a few numbers for each decision.
 */
import { parseArgs } from 'node:util'
import { auc, averagePrecision } from 'spillway/training'
import { block, mean, type Blocking } from './blocking.ts'
import fitted from './fitted.json' with { type: 'json' }
import { wholeWeeks, type Scored } from './scored.ts'
import { linesOf, readTruth, type Truth } from './truth.ts'

export interface Evaluation extends Blocking {
  readonly payments: number
  readonly frauds: number
  readonly auc: number
  readonly averagePrecision: number
  /** AUC of card testing against genuine payments, without other frauds. */
  readonly aucOfTesting: number
}

/** Evaluates the whole weeks after the first thirty days. Throws if there is none. */
export function evaluate(all: Scored, declineFrom: number, { inline = true } = {}): Evaluation {
  const judged = wholeWeeks(all)
  const { score, fraud, burst } = judged
  const isOther = (i: number): boolean => fraud[i] === 1 && burst[i] < 0
  return {
    ...block(judged, declineFrom, { inline }),
    payments: score.length,
    frauds: fraud.reduce((sum, isFraud) => sum + isFraud, 0),
    auc: auc(score, fraud),
    averagePrecision: averagePrecision(score, fraud),
    aucOfTesting: auc(
      score.filter((_, i) => !isOther(i)),
      fraud.filter((_, i) => !isOther(i)),
    ),
  }
}

export function evaluationText(evaluation: Evaluation, declineFrom: number): string {
  const number = (value: number) => Math.round(value).toLocaleString('en')
  const percent = (part: number) => `${(part * 100).toFixed(1)} %`
  return [
    `${number(evaluation.payments)} payments in ${evaluation.weeks.length} weeks, ${percent(evaluation.frauds / evaluation.payments)} of them fraud`,
    `AUC        ${evaluation.auc.toFixed(3)}   (card testing alone: ${evaluation.aucOfTesting.toFixed(3)})`,
    `AP         ${evaluation.averagePrecision.toFixed(3)}`,
    `declined   from a score of ${declineFrom} on, and the card blocked for a day: ${number(evaluation.rejected)} rejected, ${number(evaluation.rejectedGenuine)} of them genuine`,
    `bursts     ${number(evaluation.burstsFound)} of ${number(evaluation.bursts)} noticed, ${percent(evaluation.cashOutsRejected / evaluation.cashOuts)} of the dollars they cashed out rejected`,
    `saved      $${number(mean(evaluation.weeks))} a week, net of $10 for each genuine payment rejected`,
  ].join('\n')
}

/** Reads the decisions that `spillway replay` wrote. Decisions without a score count as 0. */
async function readScored(path: string, truth: ReadonlyMap<string, Truth>): Promise<Scored> {
  const rows: number[][] = [[], [], [], [], [], [], []]
  const cards = new Map<string, number>()
  for await (const line of linesOf(path)) {
    const { t, key, id, vector, score } = JSON.parse(line) as Decision
    if (!cards.has(key)) cards.set(key, cards.size)
    const known = truth.get(id)
    const row = [
      t,
      score ?? 0,
      vector.amount,
      cards.get(key)!,
      Number(known !== undefined),
      known?.burst ?? -1,
      Number(known?.test === true),
    ]
    for (const [i, value] of row.entries()) rows[i].push(value)
  }
  const [t, score, amount] = rows.map(values => Float64Array.from(values))
  const [card, burst] = [rows[3], rows[5]].map(values => Int32Array.from(values))
  return { t, score, amount, card, fraud: Uint8Array.from(rows[4]), burst, isTest: Uint8Array.from(rows[6]) }
}

interface Decision {
  readonly t: number
  readonly key: string
  readonly id: string
  readonly vector: { readonly amount: number }
  readonly score: number | null
}

if (import.meta.main) {
  const { decisions, planted } = parseArgs({ options: { decisions: { type: 'string' }, planted: { type: 'string' } } }).values
  if (decisions === undefined || planted === undefined) {
    console.error('usage: node evaluate.ts --decisions FILE --planted FILE')
    process.exitCode = 2
  } else {
    const { declineFrom } = fitted
    console.log(evaluationText(evaluate(await readScored(decisions, await readTruth(planted)), declineFrom), declineFrom))
  }
}
