/** Words for a drift check: its data, its limits, and how far each column moved. */
import type { ModelAnswer } from '../core/answers.ts'
import { countText, percentText, pluralText } from '../core/text.ts'
import type { DriftAnswer, DriftedColumnAnswer, QuantilesAnswer } from '../core/model-answers.ts'
import { minuteStamp } from './version-text.ts'

/** The result of the last check in one line. */
export function modelDriftText(model: ModelAnswer | undefined): string {
  const drift = model?.drift
  if (!drift) return 'not checked'
  return drift.because ?? drift.silent ?? `none, of ${pluralText(drift.rows.recent, 'decision')}`
}

/** The time of a check and the data that it compared; empty without findings. */
export function driftDataText({ drift, scores: champion, versions }: ModelAnswer): string {
  if (!drift?.findings) return ''
  const { at, since, version, rows, findings } = drift
  const split = versions.find(({ number }) => number === version)?.trained?.split
  const span =
    split === undefined
      ? ''
      : `, ${split.trainedFrom === undefined ? 'up to' : `${minuteStamp(split.trainedFrom)} to`} ${minuteStamp(split.trainedTo)}`
  const sample = split !== undefined && split.trained > rows.reference ? ` (a sample of ${countText(rows.reference)})` : ''
  const scores = findings.score && split ? `; scores: those of its holdout, from ${minuteStamp(split.holdoutFrom)} on` : ''
  return [
    `Checked ${minuteStamp(at)} UTC${since === undefined || since === at ? '' : `; first found ${minuteStamp(since)}`}.`,
    `Before: the decisions that version ${version} was trained on${span}${sample}${scores}.`,
    `Recent: ${pluralText(rows.recent, 'decision')}, ${minuteStamp(findings.recentFrom)} to ${minuteStamp(at)}.`,
    ...(champion === version || champion === 0 ? [] : [`The next check compares with version ${champion}, which decides now.`]),
  ].join(' ')
}

/** The limits of a check, and the scale of its measures. */
export const limitsText = ({ psi, ks, nulls }: NonNullable<DriftAnswer['findings']>['thresholds']): string =>
  `A column drifts from PSI ${psi}, KS ${ks}, or a NULL rate that differs by ${percentText(nulls)} on. ` +
  'PSI: below 0.1 is commonly called stable, above 0.25 a changed population. KS: the largest difference of the distribution functions, 0 to 1.'

/** `about 10 (5.9 to 14)`: the median, and the range of the middle 80 %. */
export const quantilesText = ({ p10, median, p90 }: QuantilesAnswer): string =>
  `${figureText(median)} (${figureText(p10)} to ${figureText(p90)})`

/** The move of the median: `× 3` of positive values, otherwise the difference. */
export function medianChangeText({ quantiles }: DriftedColumnAnswer): string {
  if (!quantiles) return ''
  const [before, recent] = [quantiles.reference.median, quantiles.recent.median]
  if (before === recent) return 'same median'
  const ratio = recent / before
  if (before > 0 && recent > 0 && (ratio >= 1.1 || ratio <= 0.9)) return `× ${Number(ratio.toPrecision(2))}`
  return `${recent > before ? '+' : '−'}${figureText(Math.abs(recent - before))}`
}

const figureText = (value: number): string => String(Number(value.toPrecision(3)))
