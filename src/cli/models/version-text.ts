/** Versions of models as text. */
import { durationText } from '../../base/index.ts'
import { type ModelIR, algorithmText } from '../../define/ir/index.ts'
import { isLoss, type Importance, metricNames, type Metrics } from '../../training/index.ts'
import type { DriftState, SkippedVersion, PromotionRecord, ModelVersion } from '../../training/registry/index.ts'
import { pluralize, formatNumber, paddedTable, timeText, joinLines } from '../command/text-format.ts'

/** A version that was just trained. */
export interface TrainedVersion {
  readonly version: ModelVersion
  /** Its promotion, or the command that promotes it. */
  readonly next: string
}

/** The training data, the comparison with the champion, warnings, and the verdict. */
export function trainedText({ version, next }: TrainedVersion): string {
  const { model, number: which, trained, verdict } = version
  const { split, set, constant, notes } = trained!
  return [
    `version ${which} of '${model}': ${algorithmText(version.train.algorithm)} on ${pluralize(split.trained, 'decision')}, ${formatNumber(split.trainedPositives)} of them true, up to ${timeText(split.trainedTo)}`,
    `  evaluated on ${pluralize(split.holdout, 'decision')} from ${timeText(split.holdoutFrom)} on, after a gap of ${durationText(split.gapMs)} with ${formatNumber(split.gap)}`,
    `  ${formatNumber(set.unsettled)} are not settled yet${censoredText(set)}${split.rejected > 0 ? `, and of ${formatNumber(split.rejected)} a value was rejected` : ''}; as known at ${timeText(version.at)}`,
    '',
    comparisonText(version),
    '',
    ...constant.map(name => `warning: input '${name}' has one value in all rows and adds no information`),
    ...notes.map(note => `warning: ${note}`),
    `${verdict}; ${next}`,
  ].join('\n')
}

/** The share of decisions whose outcome an action has hidden, so that no model can learn from them. */
function censoredText({ rows, unsettled, censored }: NonNullable<ModelVersion['trained']>['set']): string {
  if (censored === undefined) return ''
  const all = rows + unsettled
  return `, ${formatNumber(censored)} of them (${all === 0 ? '0.0' : ((100 * censored) / all).toFixed(1)} % of all) never, since an action hid the outcome`
}

const cell = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(4))
const metricCells = (metrics: Metrics | undefined): string[] => metricNames.map(name => cell(metrics?.[name]))

/** Metrics of a version and of its champion on the same holdout; and as a challenger, on the decisions that both scored. */
export function comparisonText({ number: which, trained, shadowed }: ModelVersion): string {
  const row = (name: string, metrics: Metrics) => [name, formatNumber(metrics.n), formatNumber(metrics.positives), ...metricCells(metrics)]
  const { metrics, champion } = trained!
  const shadowRows = shadowed ? [row('as challenger', shadowed.metrics), row('what decided', shadowed.champion)] : []
  const championRows = champion ? [row(champion.version === 0 ? 'its own score' : `version ${champion.version}`, champion.metrics)] : []
  return paddedTable(['', 'decisions', 'true', ...metricNames], [row(`version ${which}`, metrics), ...championRows, ...shadowRows])
}

/** Inputs by importance, most important first. */
function importanceText({ metric, rows, shuffles, inputs }: Importance): string {
  const change = isLoss(metric) ? 'rise' : 'fall'
  return [
    `importance: ${change} of ${metric} when an input is shuffled, on ${pluralize(rows, 'decision')}; mean and deviation of ${shuffles} shuffles`,
    paddedTable(
      ['input', change, '±'],
      inputs.map(({ input, mean, deviation }) => [input, mean.toFixed(4), deviation.toFixed(4)]),
    ),
  ].join('\n')
}

/** A table of versions. */
export const versionsText = (versions: readonly ModelVersion[]): string =>
  paddedTable(
    ['model', 'version', 'state', 'why', 'as of', 'algorithm', 'trained on', ...metricNames],
    versions.map(({ model, number: which, state, why, at, train, trained }) => [
      model,
      String(which),
      state,
      why,
      timeText(at),
      algorithmText(train.algorithm),
      trained ? formatNumber(trained.split.trained) : '–',
      ...metricCells(trained?.metrics),
    ]),
  )

/** The result of the last drift check, on a line. */
export function driftStateText(model: string, { at, version, rows, because, silent, due }: DriftState): string {
  const reference = version === 0 ? '' : ` against ${formatNumber(rows.reference)} of version ${version}`
  const result = because ?? (silent === undefined ? 'none' : 'no verdict')
  const next = due ? '; a training is due' : ''
  return `drift of '${model}' at ${timeText(at)}, ${pluralize(rows.recent, 'decision')}${reference}: ${result}${silent === undefined ? '' : ` (${silent})`}${next}`
}

/** Warns that a promoted version cannot score, and names the version that scores in its place. */
export function skippedVersionText(
  { name, score }: Pick<ModelIR, 'name' | 'score'>,
  { version, why }: SkippedVersion,
  champion: number,
): string {
  const ownScore = score.kind === 'none' ? 'nothing scores' : 'its own score is used'
  const instead = champion === 0 ? ownScore : `version ${champion}, which scored before, scores`
  return `version ${version} of '${name}' was promoted and cannot score, since ${why}; ${instead} until another version is promoted`
}

/** All details of a version. */
export function versionText(version: ModelVersion, promotions: readonly PromotionRecord[]): string {
  const {
    model,
    number: which,
    state,
    why,
    because,
    at,
    cut,
    began,
    ended,
    train,
    inputs,
    spillway,
    trained,
    shadowed,
    verdict,
    error,
  } = version
  const options = Object.entries(train.options).map(([name, value]) => `${name} ${value}`)
  const rows: readonly DetailRow[] = [
    ['state', state],
    ['trained', `${why}, as of ${timeText(at)}${cut === undefined ? '' : `, entries below ${formatNumber(cut)}`}, by Spillway ${spillway}`],
    ['because', because],
    ['began', timeText(began)],
    ['ended', ended === undefined ? undefined : timeText(ended)],
    ['algorithm', [algorithmText(train.algorithm), ...options].join(', ')],
    ['inputs', inputs.map(({ name, code }) => `${name} (${code.slice(0, 6)})`).join(', ')],
    ...(trained ? trainedRows(trained) : []),
    ['shadowed', shadowed && `decisions after ${timeText(shadowed.from)} and up to ${timeText(shadowed.to)}`],
    ['rule', verdict],
    ['error', error],
    ...promotions
      .filter(promotion => promotion.version === which)
      .map((promotion): DetailRow => [
        'scores',
        `from entry ${formatNumber(promotion.entry)} on, ${timeText(promotion.at)}: ${promotion.why}`,
      ]),
  ]
  return joinLines(
    `version ${which} of '${model}'`,
    rows.filter(([, text]) => text !== undefined).map(([name, text]) => `  ${name.padEnd(9)}  ${text}`),
    trained && ['', comparisonText(version)],
    trained?.importance && ['', importanceText(trained.importance)],
  )
}

/** A name and its text, if there is one. */
type DetailRow = readonly [name: string, text: string | undefined]

function trainedRows({ hash, set, split, constant, notes, file }: NonNullable<ModelVersion['trained']>): DetailRow[] {
  return [
    [
      'learnt',
      `${pluralize(split.trained, 'decision')}, ${formatNumber(split.trainedPositives)} of them true, up to ${timeText(split.trainedTo)}`,
    ],
    [
      'judged by',
      `${pluralize(split.holdout, 'decision')} from ${timeText(split.holdoutFrom)} on, after a gap of ${durationText(split.gapMs)}`,
    ],
    ['set', `${pluralize(set.rows, 'row')}, sha256 ${set.sha256}`],
    ['cut', set.cut.map(({ source, events }) => `${source} ${formatNumber(events)}`).join(', ')],
    ['hash', hash],
    ['file', file && `ONNX, ${formatNumber(file.bytes)} bytes, sha256 ${file.sha256}`],
    ['constant', constant.length > 0 ? constant.join(', ') : undefined],
    ...notes.map((note): DetailRow => ['note', note]),
  ]
}
