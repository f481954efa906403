/** Words for the versions of a model: what decides, what each was trained on, and the rule that promotes. */
import type { ModelAnswer, ModelDefinitionAnswer } from '../core/answers.ts'
import type { PromotionRuleAnswer, TrainingSplitAnswer } from '../core/model-answers.ts'
import { countText, pluralText, spanText, timeStamp } from '../core/text.ts'

/** `auc 0.91, log loss 0.21`. */
export const metricsText = (metrics: Readonly<Record<string, number>> | undefined): string =>
  Object.entries(metrics ?? {})
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => `${name} ${Number.isInteger(value) ? countText(value) : Number(value.toPrecision(3))}`)
    .join(', ')

/** The scorer: a version, or the score of the definition (`kind`, such as rules). */
export const scorerText = (version: number, kind: string): string =>
  version === 0 ? `the definition's score (${kind})` : `version ${version}`

/** The scorer on a card: `version 3`, or the kind of the score in the definition, such as rules. */
export function scorerNote({ name, score }: Pick<ModelDefinitionAnswer, 'name' | 'score'>, models: readonly ModelAnswer[]): string {
  const version = models.find(({ model }) => model === name)?.scores ?? 0
  return version === 0 ? score : `version ${version}`
}

/** `Version 3 decides, in place of the definition's score (rules).` */
export const scoringText = (version: number, kind: string): string =>
  version === 0 ? `No version decides, but ${scorerText(0, kind)}.` : `Version ${version} decides, in place of ${scorerText(0, kind)}.`

/** The rule that promotes: `auc of at least 0.55, and no worse than the champion's`. */
export function ruleText({ kind, metric, bound, betterBy = 0, shadow }: PromotionRuleAnswer): string {
  if (kind === 'hand' || metric === undefined) return 'people promote it'
  const isLoss = metric === 'logloss' || metric === 'rmse'
  const least = bound === undefined ? '' : ` ${isLoss ? 'at most' : 'at least'} ${bound}, and`
  const compared = betterBy === 0 ? "no worse than the champion's" : `better than the champion's by at least ${betterBy}`
  return `${metric}${least} ${compared}${shadow === undefined ? '' : `, then again on the decisions of ${spanText(shadow)}`}`
}

/** The training decisions of a version: `4,000 decisions, 2026-01-01 00:00 to 2026-01-08 00:00`. */
export function trainingText({ trained, trainedFrom, trainedTo }: TrainingSplitAnswer): string {
  const span = trainedFrom === undefined ? `up to ${minuteStamp(trainedTo)}` : `${minuteStamp(trainedFrom)} to ${minuteStamp(trainedTo)}`
  return `${pluralText(trained, 'decision')}, ${span}`
}

/** Was it trained on decisions after a check had found the present drift? */
export const isTrainedOnDrift = (split: TrainingSplitAnswer | undefined, drift: ModelAnswer['drift']): boolean =>
  split !== undefined && drift?.since !== undefined && split.trainedTo > drift.since

/** UTC, to the minute. */
export const minuteStamp = (time: number): string => timeStamp(time).slice(0, 16)
