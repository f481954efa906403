/** Value by age on the page: terms, the fixed questions, and each element with curve and table. */
import type { AuditReport, UtilityPart } from '../../domain/audit-report.ts'
import type { SweepEffect, ElementPart, Performance, SweepLevel } from '../../domain/element-report.ts'
import { integerText, numberText, unitText, isAvailable, asSentence, type MissingReason } from '../../domain/figures.ts'
import {
  availableThresholds,
  Footnotes,
  shownMode,
  breakEvenSentence,
  toleratedLossText,
  thresholdNames,
  thresholdSentences,
  thresholdTitle,
  moreSentence,
  nowTitle,
  refitEffect,
  refitPerformance,
  pointText,
  percentageOrDash,
  levelTitle,
  verdictTitle,
} from '../report-text.ts'
import { elementCurve } from './curve.ts'
import { dataTable, estimateCell, numberHeads, textHeads } from './data-table.ts'
import { breakable, markup, type MarkupChild, type Markup } from './markup.ts'

export function valueSection(report: AuditReport): Markup {
  return markup`<section aria-labelledby="worth"><h2 id="worth">What the time is worth</h2>
<p class="measure">The history was decided again and again, each time with one part of the pipeline older or fresher, and each decision was compared with the one that the pipeline makes now. The measure is <b>${report.utility.name}</b> in a week; plans, further down, are told by the month, which has 730 hours or 4.35 weeks. Each figure is of that one change by itself: those of different parts must not be added.</p>
${terms}
${literal(report)}
${report.elements.map((element, i) => elementPart(element, i, report.utility))}
</section>
`
}

const key = (content: Markup): Markup => markup`<svg class="key" viewBox="0 0 44 16" aria-hidden="true">${content}</svg>`

const terms = markup`<dl class="terms">
<div><dt>${key(markup`<path class="incident-band" d="M0 2H44V14H0Z"/><path class="incident-line" d="M0 8H44"/><circle class="incident-dot" cx="22" cy="8" r="4"/>`)} Incident <span class="note">(frozen)</span></dt><dd>Data is late by accident: the model and its threshold stay as they are. Acting as often as now: the threshold is moved until as many act.</dd></div>
<div><dt>${key(markup`<path class="planned-line" d="M0 8H44"/><path class="planned-whisker" d="M22 1V15M19 1h6M19 15h6"/><rect class="planned-square" x="18.5" y="4.5" width="7" height="7"/>`)} Planned <span class="note">(refit)</span></dt><dd>Data is late by design: the model is trained on data as old, and acts as often as now.</dd></div>
<div><dt>Band, whiskers, [brackets]</dt><dd>95 % intervals that hold for all ages of a curve together. One that leaves out 0 is a difference. Weeks differ, so that it may reach beyond what is caught in a week on average. Without any one cluster: the least and the most where one entity, or one stretch of time, is left out.</dd></div>
<div><dt>${key(markup`<path class="incident-threshold-line" d="M22 0V16"/>`)} Freshness threshold</dt><dd>The oldest age at which, by the interval, hardly anything is lost yet: at most ${toleratedLossText}. The <b>${thresholdNames.incident}</b> is the age at which somebody should be told that data is late; the <b>${thresholdNames.planned}</b> is how old data may be by choice; where that is the younger of the two, it is mostly since a model that is trained anew has wider intervals. Marked, by the incident, <b>ok</b>: no more than that is lost; <b>may lose</b>: more than that may be lost; <b>loses</b>: more than that is lost for sure; <b>collapse</b>: more than half of the curve's greatest loss is lost for sure.</dd></div>
<div><dt>Ages of schedules</dt><dd>On the axis a schedule stands at its middle age: half its period, and what its job takes. “Every hour” is 30 min, “nightly at 02:00, 2 h” (a job of two hours) 14 h.</dd></div>
<div><dt>Right</dt><dd>The part of the actions whose decision came true, in time or not.</dd></div>
<div><dt>Stream, batch, hybrid</dt><dd>Computed as events come in; by a job at set times, so that decisions see its last run; or the last run with what came since. On demand: when it is asked for.</dd></div>
<div><dt>Parts of a pipeline</dt><dd>Ingestion: events come in. A group: what the model is told, computed together. Inference: a score is made. Action: what follows from it; inline, if it is in the answer and can stop its own event. Training: a new model.</dd></div>
<div><dt>p50, p95, p99</dt><dd>p50 is in the middle; 95 of 100 are at most p95, 99 at most p99.</dd></div>
</dl>
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
  const planned = refitEffect(level)
  const best = isAvailable(planned) ? planned : level.frozen.perWeek
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

function elementPart(element: ElementPart, i: number, utility: UtilityPart): Markup {
  const { title, verdict, notObservable, levels } = element
  const picture = elementCurve(`curve-${i}`, element, utility)
  return markup`<article class="element" aria-labelledby="element-${integerText(i)}">
<h3 id="element-${integerText(i)}">${title}</h3>
<p class="now">Now: ${nowTitle(element)}${element.now.age && `, ${element.now.age.from}`}.</p>
<div class="beside">
<div>
<p class="measure"><strong class="badge">${verdictTitle(element, utility)}</strong> ${asSentence(verdict.why)}</p>
${notObservable !== undefined && notObservable !== verdict.why && markup`<p class="measure">Not observable in this history: ${asSentence(notObservable)}</p>`}
${facts(element, utility.unit)}
</div>
${picture && markup`<figure><figcaption>Change in a week, by age: ${utility.name}</figcaption>${picture}</figure>`}
</div>
${levels.length > 0 && levelTable(element, utility)}
</article>
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
      effectCell(level.frozen, utility, reasons),
      effectCell(level.frozenAtBudget, utility, reasons),
      effectCell(level.refit, utility, reasons),
      byArm(level, ({ actionsPerWeek }) => numberText(actionsPerWeek, 0)),
      byArm(level, ({ precision }) => percentageOrDash(precision)),
      markOf(element.marks[i]),
    ]),
  })
  return [table, reasons.notes.map(([number, why]) => markup`<p class="note measure">${number}${why}</p>`)]
}

/** Values without and with retraining, each with its name; only one if the other has no meaning. */
function byArm(level: SweepLevel, textOf: (performance: Performance) => string): MarkupChild {
  const planned = refitPerformance(level)
  const arms = [
    ...(shownMode(level) === 'incident' ? [['incident', level.frozen.performance] as const] : []),
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
