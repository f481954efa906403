/** Table of elements in the terminal: the weekly change at each age. */
import type { AuditReport, Effect, ElementPart, Estimate, Rung, UtilityPart } from '../../domain/audit-report.ts'
import { count, figure, isKnown, parts, ratio, sentence, share, type Reason } from '../../domain/figures.ts'
import {
  armShown,
  breakEvenSentence,
  hardlyAnything,
  kneeSentences,
  measured,
  moreSentence,
  nowTitle,
  performanceOf,
  plannedOf,
  pointText,
  rungTitle,
  verdictTitle,
} from '../reading.ts'
import { Reasons } from '../reasons.ts'
import { COLUMNS, hung, laidOut, wrap } from './columns.ts'

export function elementLines(report: AuditReport): string[] {
  const reasons = new Reasons()
  const { elements, utility } = report
  const incident = estimates(elements, ({ frozen }) => frozen.aWeek, reasons)
  const hasRetraining = isRetrained(report)
  const planned = estimates(elements, hasRetraining ? plannedOf : ({ frozenAtBudget }) => frozenAtBudget.aWeek, reasons)
  const rows = elements.flatMap(({ rungs, marks }) =>
    rungs.map((rung, i) => [
      `  ${rungTitle(rung)}`,
      incident(rung),
      planned(rung),
      figure(performanceOf(rung).actionsAWeek, 0) + (armShown(rung) === 'planned' ? '*' : ' '),
      ratio(performanceOf(rung).precision),
      marks[i] ?? '',
    ]),
  )
  const [header, ...lines] = laidOut(
    [
      { title: 'STAGE / GROUP, IF IT WERE', align: 'left' },
      { title: 'incident', align: 'right' },
      { title: hasRetraining ? 'planned' : 'same volume', align: 'right' },
      { title: 'actions', align: 'right' },
      { title: 'prec.', align: 'right' },
      { title: '', align: 'left' },
    ],
    rows,
  )
  const output = [...introduction(report), ...header]
  for (const element of elements) {
    const levelLines = lines.splice(0, element.rungs.length)
    output.push(...wrap(`${element.title}, now ${nowTitle(element)}`, COLUMNS), ...levelLines.flat(), ...verdictLines(element, utility), '')
  }
  const notes = reasons.notes.flatMap(([number, why]) => hung(number, why))
  return notes.length === 0 ? output : [...output, ...notes, '']
}

/** True if any level has a retrained model. */
const isRetrained = ({ elements }: AuditReport): boolean => elements.some(({ rungs }) => rungs.some(({ refit }) => isKnown(refit)))

function introduction(report: AuditReport): string[] {
  const { utility, incidentModel } = report
  const { now, name } = utility
  const quality = now.precision === null ? '' : `, ${share(now.precision)} right of those whose outcome is known`
  return [
    ...wrap(`As it runs now, ${measured(now.aWeek, utility)}, by ${count(now.actionsAWeek)} actions a week${quality}.`, COLUMNS),
    ...wrap(`What counts: ${utility.basis}.`, COLUMNS),
    ...wrap(`Below: the change of "${name}" in a week [95 % intervals, for all ages of an element together].`, COLUMNS),
    'Plans, and what they cost, are told by the month: one has 730 hours, 4.35 weeks.',
    ...(isRetrained(report)
      ? ['incident: the same model at the same threshold. planned: a model trained for that age, acting as often as now.']
      : ['incident: the same model at the same threshold. same volume: the same model, acting as often as now.']),
    ...(incidentModel ? wrap(`The model of the incidents: ${incidentModel.text}.`, COLUMNS) : []),
    'actions a week, and prec., the part of them that is right: of the incident, or with * of the planned change.',
    ...wrap(
      `Marks, by the incident at the same threshold and acting as often as now, whichever loses more: ok, at most ${hardlyAnything} is lost; may lose, more may be; loses, more is, for sure; collapse, most is, for sure.`,
      COLUMNS,
    ),
    ...wrap(
      'incident knee: the oldest age up to which it stays ok by accident, the one to be alerted at. planned knee: the oldest up to which it does by design, the one to choose a placement by; where that is the younger, its intervals are mostly the wider.',
      COLUMNS,
    ),
    'Each row is that one change by itself: rows of different elements must not be added.',
    '',
  ]
}

type EstimateText = (rung: Rung) => string

/** Aligned estimates of one column. A missing estimate shows the number of its footnote. */
function estimates(elements: readonly ElementPart[], estimateOf: (rung: Rung) => Effect['aWeek'] | Reason, reasons: Reasons): EstimateText {
  const numberParts = elements.flatMap(({ rungs }) =>
    rungs.map(estimateOf).flatMap(estimate => (isKnown(estimate) ? [parts(estimate)] : [])),
  )
  const widths = [0, 1, 2].map(i => Math.max(0, ...numberParts.map(numbers => numbers[i].length)))
  const text = (estimate: Estimate): string => {
    const [value, low, high] = parts(estimate).map((number, i) => number.padStart(widths[i]))
    return `${value} [${low}, ${high}]`
  }
  return rung => {
    const estimate = estimateOf(rung)
    if (isKnown(estimate)) return text(estimate)
    return `${pointText(estimate)} (${reasons.numberOf(estimate.why)})`
  }
}

function verdictLines(element: ElementPart, utility: UtilityPart): string[] {
  const { notObservable, verdict } = element
  const sentences = [
    sentence(verdict.why),
    moreSentence(element),
    ...kneeSentences(element),
    breakEvenSentence(element, utility.unit),
    notObservable === undefined || notObservable === verdict.why ? '' : sentence(notObservable),
  ]
  return hung('  => ', `${verdictTitle(element, utility)}: ${sentences.filter(text => text !== '').join(' ')}`)
}
