/** Value by age on the page: terms, the fixed questions, and each element with curve and table. */
import type { AuditReport, UtilityPart } from '../../domain/audit-report.ts'
import type { SweepEffect, ElementPart, Performance, SweepLevel } from '../../domain/element-report.ts'
import { changeIntervalText, integerText, numberText, unitText, isAvailable, asSentence, type MissingReason } from '../../domain/figures.ts'
import {
  availableThresholds,
  Footnotes,
  shownMode,
  breakEvenSentence,
  thresholdSentences,
  thresholdTitle,
  moreSentence,
  nowTitle,
  retrainedEffect,
  retrainedPerformance,
  pointText,
  percentageOrDash,
  choiceText,
  shownLevel,
  levelTitle,
  verdictTitle,
} from '../report-text.ts'
import { elementCurve } from './curve.ts'
import { dataTable, estimateCell, numberHeads, textHeads } from './data-table.ts'
import { term } from './glossary.ts'
import { breakable, folded, markup, type MarkupChild, type Markup } from './markup.ts'

export function valueSection(report: AuditReport): Markup {
  return markup`<section aria-labelledby="worth"><h2 id="worth">Each stage and group</h2>
<p class="measure">Every decision was made again with one part of the pipeline older, and compared with the decision that the pipeline makes now. Late ingestion delays the decisions too, a late group only its features. Each figure is of that one change by itself: figures of different parts must not be added.</p>
${key}
${report.elements.map((element, i) => elementPart(element, i, report))}
${folded('If latency fell by 90 %, or rose to the next batch schedule', literal(report))}
</section>
`
}

const sample = (content: Markup): Markup => markup`<svg class="key" viewBox="0 0 44 16" aria-hidden="true">${content}</svg>`

const key = markup`<p class="note">${sample(markup`<path class="incident-band" d="M0 2H44V14H0Z"/><path class="incident-line" d="M0 8H44"/><circle class="incident-dot" cx="22" cy="8" r="4"/>`)} ${term('without retraining')} ${sample(markup`<path class="planned-line" d="M0 8H44"/><path class="planned-whisker" d="M22 1V15M19 1h6M19 15h6"/><rect class="planned-square" x="18.5" y="4.5" width="7" height="7"/>`)} ${term('with retraining')} ${sample(markup`<path class="incident-threshold-line" d="M22 0V16"/>`)} ${term('freshness threshold')}</p>
`

/** The questions that every audit answers: the effect of 90 % lower latency, and of the next batch schedule. */
function literal({ elements, utility }: AuditReport): Markup {
  const isFaster = elements.some(({ levels }) => levels.some(level => level.literal === '−90 %'))
  const faster = isFaster ? '' : ' (nothing can be told of faster: no part is known to be older than the events)'
  return dataTable({
    caption: `If latency fell by 90 % here${faster}, or rose to the next batch schedule; change in a week against now: ${utility.name}`,
    head: [
      ...textHeads('Element', 'Now'),
      ...numberHeads(...(isFaster ? ['90 % faster'] : []), 'Next schedule', 'Freshness threshold'),
      ...textHeads('Verdict'),
    ],
    rows: elements.map(element => [
      element.title,
      nowTitle(element),
      ...(isFaster ? [literalCell(element, '−90 %', utility)] : []),
      literalCell(element, 'next schedule', utility),
      thresholdsText(element),
      markup`<strong>${breakable(verdictTitle(element, utility))}</strong>`,
    ]),
  })
}

function literalCell({ levels, notObservable }: ElementPart, literal: SweepLevel['literal'], { unit }: UtilityPart): MarkupChild {
  const level = levels.find(level => level.literal === literal)
  if (!level) return markup`<span class="note">${notObservable === undefined ? 'not tried' : 'not observable'}</span>`
  const planned = retrainedEffect(level)
  const best = isAvailable(planned) ? planned : level.withoutRetraining.perWeek
  if (!isAvailable(best)) return markup`<span class="note">not known</span>`
  return markup`${estimateCell(best, unit)} <span class="note besides">${isAvailable(planned) ? 'planned' : 'incident'}${!level.title.includes('90 %') && breakable(`, ${level.title}`)}</span>`
}

function thresholdsText(element: ElementPart): MarkupChild {
  const thresholds = availableThresholds(element)
  if (thresholds.length === 0) return '–'
  return thresholds.map(
    ([arm, threshold]) =>
      markup`<span class="besides nobreak">${thresholdTitle(threshold, element.levels)} <span class="note">${arm}</span></span>`,
  )
}

function elementPart(element: ElementPart, i: number, { utility, summary }: AuditReport): Markup {
  const { title, verdict, notObservable, levels } = element
  const picture = elementCurve(`curve-${i}`, element, utility)
  const row = summary.staleness.find(candidate => candidate.element === element.element)
  const level = row && shownLevel(row)
  return markup`<details class="element"><summary><h3 id="element-${integerText(i)}">${title}</h3>
<span class="now">now ${nowTitle(element)}</span> <strong class="badge">${row ? choiceText(row) : verdictTitle(element, utility)}</strong>${level && isAvailable(level.change) && markup` <span class="note">${level.title}: ${changeIntervalText(level.change.share)}</span>`}</summary>
${picture && markup`<figure><figcaption>Change in a week, by age: ${utility.name}</figcaption>${picture}</figure>`}
<p class="measure">${asSentence(verdict.why)}</p>
${notObservable !== undefined && notObservable !== verdict.why && markup`<p class="measure">Not observable in this history: ${asSentence(notObservable)}</p>`}
${facts(element, utility.unit)}
${levels.length > 0 && levelTable(element, utility)}
</details>
`
}

function facts(element: ElementPart, unit: string): MarkupChild {
  const sentences = [...thresholdSentences(element), moreSentence(element), breakEvenSentence(element, unit)].filter(text => text !== '')
  return sentences.map(text => markup`<p>${text}</p>`)
}

function levelTable(element: ElementPart, utility: UtilityPart): MarkupChild {
  const { levels, title } = element
  const reasons = new Footnotes()
  const table = dataTable({
    caption: `${title}, change in a week against now: ${utility.name}`,
    head: [
      ...textHeads('If it were'),
      ...numberHeads('Incident', 'Incident, acting as often as now', 'Planned', 'Actions a week', 'Right'),
      ...textHeads('Mark'),
    ],
    rows: levels.map((level, i) => [
      levelTitle(level),
      effectCell(level.withoutRetraining, utility, reasons),
      effectCell(level.withoutRetrainingAtVolume, utility, reasons),
      effectCell(level.withRetraining, utility, reasons),
      byArm(level, ({ actionsPerWeek }) => numberText(actionsPerWeek, 0)),
      byArm(level, ({ precision }) => percentageOrDash(precision)),
      markOf(element.marks[i]),
    ]),
  })
  return [table, reasons.notes.map(([number, why]) => markup`<p class="note measure">${number}${why}</p>`)]
}

/** Values without and with retraining, each with its name; only one if the other has no meaning. */
function byArm(level: SweepLevel, textOf: (performance: Performance) => string): MarkupChild {
  const planned = retrainedPerformance(level)
  const arms = [
    ...(shownMode(level) === 'incident' ? [['incident', level.withoutRetraining.performance] as const] : []),
    ...(planned ? [['planned', planned] as const] : []),
  ]
  return arms.map(([arm, performance]) => markup`<span class="besides">${textOf(performance)} <span class="note">${arm}</span></span>`)
}

const markOf = (mark: ElementPart['marks'][number] | undefined): MarkupChild =>
  mark == null ? '' : markup`<span class="mark ${mark.replace(' ', '-')}">${mark}</span>`

function effectCell(effect: SweepEffect | MissingReason, { unit }: UtilityPart, reasons: Footnotes): MarkupChild {
  const perWeek = isAvailable(effect) ? effect.perWeek : effect
  if (!isAvailable(perWeek))
    return markup`<span class="note nobreak">${pointText(perWeek, unit)} (${integerText(reasons.numberOf(perWeek.why))})</span>`
  return [estimateCell(perWeek, unit), isAvailable(effect) && besides(effect, unit)]
}

/** Details of an effect. */
function besides({ leaveOneOut, worstWeek, slices }: SweepEffect, unit: string): MarkupChild {
  const details = [
    ...(leaveOneOut ? [`without any one cluster ${unitText(leaveOneOut[0], unit)} to ${unitText(leaveOneOut[1], unit)}`] : []),
    ...(worstWeek === undefined ? [] : [`worst week ${unitText(worstWeek, unit)}`]),
    ...(slices ?? []).map(({ name, perWeek }) => `${name} ${unitText(perWeek, unit)}`),
  ]
  return details.map(text => markup`<span class="note besides">${breakable(text)}</span>`)
}
