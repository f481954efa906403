/**
 * How good the decisions of `flights.ts` are, on flights later than those that its coefficients were fitted on.
 *
 *     node examples/flights/evaluate.ts
 */
import { auc, logLoss } from 'spillway/training'
import { LATE } from './data.ts'
import { decisions, outcomesOf, readLog, type Decisions } from './decisions.ts'
import { alertsAt, brier, thresholdFor, type Alerts } from './quality.ts'

/** The part of flights that may be alerted. */
const ALERT_BUDGET = 0.1

export interface Evaluation {
  readonly flights: number
  /** UTC milliseconds of the first flight judged. */
  readonly from: number
  /** The part of them that was late. */
  readonly late: number
  readonly auc: number
  /** Of the mean delay at the destination alone, 0 where nothing landed. */
  readonly aucOfMeanDelay: number
  readonly brier: number
  /** Of a model that always says how many were late before. */
  readonly brierOfBaseRate: number
  readonly logLoss: number
  /** The score from which on 10 % of the earlier flights would have been alerted. */
  readonly threshold: number
  readonly alerts: Alerts
}

/** Judges the second half of the decisions by time; base rate and threshold are the first half's. `late` is what came of them, 1 or 0. */
export function evaluate({ t, score, inputs }: Pick<Decisions, 't' | 'score' | 'inputs'>, late: Uint8Array): Evaluation {
  if (t.length !== late.length) throw new Error(`${t.length} decisions and ${late.length} outcomes are not of the same flights`)
  const half = t.length >> 1
  const labels = late.subarray(half)
  const scores = score.subarray(half)
  const threshold = thresholdFor(ALERT_BUDGET, score.subarray(0, half))
  const meanDelay = inputs.get('there.delay')!.subarray(half)
  const baseRate = part(late.subarray(0, half))
  return {
    flights: labels.length,
    from: t[half],
    late: part(labels),
    auc: auc(scores, labels),
    aucOfMeanDelay: auc(meanDelay.map(orZero), labels),
    brier: brier(scores, labels),
    brierOfBaseRate: brier(new Float64Array(labels.length).fill(baseRate), labels),
    logLoss: logLoss(scores, labels),
    threshold,
    alerts: alertsAt(threshold, scores, labels),
  }
}

export const orZero = (value: number): number => (Number.isNaN(value) ? 0 : value)

const part = (labels: Uint8Array): number => labels.reduce((sum, label) => sum + label, 0) / labels.length

export function evaluationText(found: Evaluation): string {
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`
  return [
    `${found.flights.toLocaleString('en')} flights from ${new Date(found.from).toISOString().slice(0, 10)} on, ${percent(found.late)} more than ${LATE} min late`,
    `AUC        ${found.auc.toFixed(3)}   (mean delay at the destination alone: ${found.aucOfMeanDelay.toFixed(3)})`,
    `Brier      ${found.brier.toFixed(4)}  (always the base rate: ${found.brierOfBaseRate.toFixed(4)})`,
    `log loss   ${found.logLoss.toFixed(4)}`,
    `score >= ${found.threshold.toFixed(3)}: ${found.alerts.alerts.toLocaleString('en')} alerts, ${percent(found.alerts.precision)} right, ${percent(found.alerts.recall)} of the late flights`,
  ].join('\n')
}

if (import.meta.main) {
  const log = await readLog()
  console.log(evaluationText(evaluate(decisions(log), outcomesOf(log))))
}
