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
  refitEffect,
  pointText,
  levelTitle,
  verdictTitle,
} from '../report-text.ts'
import { hangingIndent, layOutRows, leftColumns, rightColumns, wrap } from './columns.ts'

export function elementLines(report: AuditReport): string[] {
  const reasons = new Footnotes()
  const { elements, utility } = report
  const incident = estimates(elements, ({ frozen }) => frozen.perWeek, reasons)
  const hasRetraining = isRetrained(report)
  const planned = estimates(elements, hasRetraining ? refitEffect : ({ frozenAtBudget }) => frozenAtBudget.perWeek, reasons)
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
const isRetrained = ({ elements }: AuditReport): boolean => elements.some(({ levels }) => levels.some(({ refit }) => isAvailable(refit)))

function introduction(report: AuditReport): string[] {
  const { utility, incidentModel } = report
  const { now, name } = utility
  const quality = now.precision === null ? '' : `, ${percentageText(now.precision)} right of those whose outcome is known`
  return [
    `As it runs now, ${weeklyValueText(now.perWeek, utility)}, by ${integerText(now.actionsPerWeek)} actions a week${quality}.`,
    `What counts: ${utility.basis}.`,
    `Below: the change of "${name}" in a week [95 % intervals, for all ages of an element together].`,
    'Plans, and what they cost, are told by the month: one has 730 hours, 4.35 weeks.',
    isRetrained(report)
      ? 'incident: the same model at the same threshold. planned: a model trained for that age, acting as often as now.'
      : 'incident: the same model at the same threshold. same volume: the same model, acting as often as now.',
    ...(incidentModel ? [`The model of the incidents: ${incidentModel.text}.`] : []),
    'actions a week, and prec., the part of them that is right: of the incident, or with * of the planned change.',
    `Marks, by the incident at the same threshold and acting as often as now, whichever loses more: ok, at most ${toleratedLossText} is lost; may lose, more may be; loses, more is, for sure; collapse, most is, for sure.`,
    'incident threshold: the oldest age up to which it stays ok by accident, the one to be alerted at. planned threshold: the oldest up to which it does by design, the one to choose a placement by; where that is the younger, its intervals are mostly the wider.',
    'Each row is that one change by itself: rows of different elements must not be added.',
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
