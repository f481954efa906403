/**
 * Quality of the decisions of `flights.ts`, on later flights than those of its fit.
 *
 *     node examples/flights/evaluate.ts
 */
import { auc, logLoss } from 'spillway/training'
import { LATE } from './data.ts'
import { decisions, outcomesOf, readLog, type Decisions } from './decisions.ts'
import { alertsAt, brier, thresholdFor, type Alerts } from './quality.ts'

/** Share of flights for which an alert is allowed. */
const ALERT_BUDGET = 0.1

export interface Evaluation {
  readonly flights: number
  /** UTC milliseconds of the first evaluated flight. */
  readonly from: number
  /** Share of the evaluated flights that were late. */
  readonly late: number
  readonly auc: number
  /** AUC of the mean delay at the destination alone, 0 without landings. */
  readonly aucOfMeanDelay: number
  readonly brier: number
  /** Brier score of a model that always predicts the earlier share of late flights. */
  readonly brierOfBaseRate: number
  readonly logLoss: number
  /** The score above which 10 % of the earlier flights lie. */
  readonly threshold: number
  readonly alerts: Alerts
}

/** Evaluates the second half of the decisions by time. Base rate and threshold come from the first half. `late`: the outcomes, 1 or 0. */
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

export function evaluationText(evaluation: Evaluation): string {
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`
  return [
    `${evaluation.flights.toLocaleString('en')} flights from ${new Date(evaluation.from).toISOString().slice(0, 10)} on, ${percent(evaluation.late)} more than ${LATE} min late`,
    `AUC        ${evaluation.auc.toFixed(3)}   (mean delay at the destination alone: ${evaluation.aucOfMeanDelay.toFixed(3)})`,
    `Brier      ${evaluation.brier.toFixed(4)}  (always the base rate: ${evaluation.brierOfBaseRate.toFixed(4)})`,
    `log loss   ${evaluation.logLoss.toFixed(4)}`,
    `score >= ${evaluation.threshold.toFixed(3)}: ${evaluation.alerts.alerts.toLocaleString('en')} alerts, ${percent(evaluation.alerts.precision)} right, ${percent(evaluation.alerts.recall)} of the late flights`,
  ].join('\n')
}

if (import.meta.main) {
  const log = await readLog()
  console.log(evaluationText(evaluate(decisions(log), outcomesOf(log))))
}
