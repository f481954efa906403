/** Table of elements in the terminal: the weekly change at each age. */
import type { AuditReport, UtilityPart } from '../../domain/audit-report.ts'
import type { SweepEffect, ElementPart, Estimate, SweepLevel } from '../../domain/element-report.ts'
import {
  integerText,
  numberText,
  isAvailable,
  estimateParts,
  ratioText,
  asSentence,
  percentageText,
  type MissingReason,
} from '../../domain/figures.ts'
import {
  Footnotes,
  shownMode,
  breakEvenSentence,
  toleratedLossText,
  thresholdSentences,
  weeklyValueText,
  moreSentence,
  nowTitle,
  shownPerformance,
  retrainedEffect,
  pointText,
  levelTitle,
  verdictTitle,
} from '../report-text.ts'
import { hangingIndent, layOutRows, leftColumns, rightColumns, wrap } from './columns.ts'

export function elementLines(report: AuditReport): string[] {
  const reasons = new Footnotes()
  const { elements, utility } = report
  const incident = estimates(elements, ({ withoutRetraining }) => withoutRetraining.perWeek, reasons)
  const hasRetraining = isRetrained(report)
  const planned = estimates(
    elements,
    hasRetraining ? retrainedEffect : ({ withoutRetrainingAtVolume }) => withoutRetrainingAtVolume.perWeek,
    reasons,
  )
  const rows = elements.flatMap(({ levels, marks }) =>
    levels.map((level, i) => [
      `  ${levelTitle(level)}`,
      incident(level),
      planned(level),
      numberText(shownPerformance(level).actionsPerWeek, 0) + (shownMode(level) === 'planned' ? '*' : ' '),
      ratioText(shownPerformance(level).precision),
      marks[i] ?? '',
    ]),
  )
  const [header, ...lines] = layOutRows(
    [
      ...leftColumns('STAGE / GROUP, IF IT WERE'),
      ...rightColumns('incident', hasRetraining ? 'planned' : 'same volume', 'actions', 'prec.'),
      ...leftColumns(''),
    ],
    rows,
  )
  const output = [...introduction(report), ...header]
  for (const element of elements) {
    const levelLines = lines.splice(0, element.levels.length)
    output.push(...wrap(`${element.title}, now ${nowTitle(element)}`), ...levelLines.flat(), ...verdictLines(element, utility), '')
  }
  const notes = reasons.notes.flatMap(([number, why]) => hangingIndent(number, why))
  return notes.length === 0 ? output : [...output, ...notes, '']
}

/** True if any level has a retrained model. */
const isRetrained = ({ elements }: AuditReport): boolean =>
  elements.some(({ levels }) => levels.some(({ withRetraining }) => isAvailable(withRetraining)))

function introduction(report: AuditReport): string[] {
  const { utility, incidentModel } = report
  const { now, name } = utility
  const quality = now.precision === null ? '' : `, ${percentageText(now.precision)} right of those whose outcome is known`
  return [
    `As it runs now, ${weeklyValueText(now.perWeek, utility)}, by ${integerText(now.actionsPerWeek)} actions a week${quality}.`,
    `What counts: ${utility.basis}.`,
    `Below: the change of "${name}" in a week [95 % intervals, for all ages of an element together].`,
    'Values and costs of plans are by month: 730 hours, 4.35 weeks.',
    isRetrained(report)
      ? 'incident: the same model at the same threshold. planned: a model retrained for that age, with as many actions as now.'
      : 'incident: the same model at the same threshold. same volume: the same model, with as many actions as now.',
    ...(incidentModel ? [`The model of the incidents: ${incidentModel.text}.`] : []),
    'actions a week and their precision (prec.): of the incident, or with * of the planned change.',
    `Marks are by the incident at the same threshold or at the same volume, whichever loses more. ok: the upper bound of the loss is at most ${toleratedLossText}. may lose: the upper bound is more. loses: the lower bound is more. collapse: the lower bound is most of the greatest loss.`,
    'incident threshold: the oldest age up to which every age is ok without retraining; alert at it. planned threshold: the same with retraining; choose a placement by it. Where it is the younger of the two, its intervals are usually wider.',
    'Each row is one change by itself. Do not add rows of different elements.',
    '',
  ].flatMap(text => wrap(text))
}

type EstimateText = (level: SweepLevel) => string

/** Aligned estimates of one column. A missing estimate shows the number of its footnote. */
function estimates(
  elements: readonly ElementPart[],
  estimateOf: (level: SweepLevel) => SweepEffect['perWeek'] | MissingReason,
  reasons: Footnotes,
): EstimateText {
  const numberParts = elements.flatMap(({ levels }) =>
    levels.map(estimateOf).flatMap(estimate => (isAvailable(estimate) ? [estimateParts(estimate)] : [])),
  )
  const widths = [0, 1, 2].map(i => Math.max(0, ...numberParts.map(numbers => numbers[i].length)))
  const text = (estimate: Estimate): string => {
    const [value, low, high] = estimateParts(estimate).map((number, i) => number.padStart(widths[i]))
    return `${value} [${low}, ${high}]`
  }
  return level => {
    const estimate = estimateOf(level)
    if (isAvailable(estimate)) return text(estimate)
    return `${pointText(estimate)} (${reasons.numberOf(estimate.why)})`
  }
}

function verdictLines(element: ElementPart, utility: UtilityPart): string[] {
  const { notObservable, verdict } = element
  const sentences = [
    asSentence(verdict.why),
    moreSentence(element),
    ...thresholdSentences(element),
    breakEvenSentence(element, utility.unit),
    notObservable === undefined || notObservable === verdict.why ? '' : asSentence(notObservable),
  ]
  return hangingIndent('  => ', `${verdictTitle(element, utility)}: ${sentences.filter(text => text !== '').join(' ')}`)
}
