/** Top of the page: the answer in two lines, and the reader's four questions. */
import type { AuditReport } from '../../domain/audit-report.ts'
import type { ElementPart } from '../../domain/element-report.ts'
import {
  monthlyValue,
  integerText,
  countedNoun,
  estimateText,
  numberText,
  unitText,
  isAvailable,
  rangeText,
  asSentence,
  weeksText,
} from '../../domain/figures.ts'
import {
  answerLinesOf,
  conditionText,
  decisionTitles,
  isSameCost,
  weeklyValueText,
  greatestLevelEffect,
  refitEffect,
  titleOfElement,
  verdictTitle,
} from '../report-text.ts'
import { NO_ACTION } from '../../domain/setting-text.ts'
import { markup, type MarkupChild, type Markup } from './markup.ts'

export function answerSection(report: AuditReport): Markup {
  const [first, second] = answerLinesOf(report)
  return markup`<header>
<p class="eyebrow">Latency audit of pipeline <b>${report.pipeline}</b>, model <b>${report.model}</b></p>
<h1>${capital(first)}</h1>
<p class="lead">${second}</p>
</header>
<section class="questions" aria-label="In short">
${question('What to stream', whatToStream(report))}
${question('Why', why(report))}
${question('What it costs', whatItCosts(report))}
${question('How sure', howSure(report))}
</section>
`
}

const question = (title: string, content: MarkupChild): Markup => markup`<div class="question"><h2>${title}</h2>${content}</div>
`

/** True if an action is defined. Otherwise actions are counted as if one were. */
const hasAction = ({ elements }: AuditReport): boolean => elements.find(({ kind }) => kind === 'action')?.now.title !== NO_ACTION

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Note on the current setting, if it differs from the verdict. */
const nowNote = ({ now, verdict }: ElementPart): MarkupChild =>
  now.title !== verdict.choice && now.setting.kind !== 'now' && markup` <span class="note besides">now: ${now.title}</span>`

/** True for elements that a plan sets. */
const isPlanned = ({ kind }: ElementPart): boolean => kind !== 'groups'

function whatToStream(report: AuditReport): MarkupChild {
  const { elements, plans } = report
  return [
    markup`<dl class="verdicts">${elements
      .filter(isPlanned)
      .map(
        element => markup`<div><dt>${element.title}</dt><dd>${verdictTitle(element, report.utility)}${nowNote(element)}</dd></div>`,
      )}</dl>`,
    markup`<p>In all: <strong>${decisionTitles[plans.decision]}</strong> (see <a href="#plan">the plan</a>).</p>`,
  ]
}

/** States that nothing changes, or that nothing is known. */
function nothingFound({ elements }: AuditReport): string {
  const isAnyKnown = elements.some(({ levels }) =>
    levels.some(level => isAvailable(level.frozen.perWeek) || isAvailable(refitEffect(level))),
  )
  if (isAnyKnown) return 'In this history no age that was tried changes that by more than chance can.'
  const why = elements.find(isOpen)?.verdict.why
  return `Whether age changes that cannot be said.${why === undefined ? '' : ` ${asSentence(why)}`}`
}

/** Feature groups whose reasons stand here; those of further groups stand below. Stages are few and all listed. */
const GROUPS_MAX = 4

function why(report: AuditReport): MarkupChild {
  const greatestEffect = greatestLevelEffect(report)
  const { utility } = report
  const now = markup`<p>As it runs now, ${weeklyValueText(utility.now.perWeek, utility)}, by ${countedNoun(Math.round(utility.now.actionsPerWeek), 'action')} a week${hasAction(report) ? '' : ': decisions that would act, since no action is defined'}.</p>`
  const basis = markup`<p class="note">What counts: ${utility.basis}.</p>`
  if (!greatestEffect) return [now, basis, markup`<p>${nothingFound(report)}</p>`]
  const { element, level, estimate, arm } = greatestEffect
  const planned = arm === 'planned' ? ', with a model trained for that' : ''
  return [
    now,
    basis,
    markup`<p>${estimate.high < 0 ? 'Most is at stake' : 'Most is to be gained'} at <b>${element.title}</b>: ${conditionText(element, level)}${planned}, the week would change by <b class="nobreak">${estimateText(estimate, utility.unit)}</b>${utility.unit !== '$' && ` ${utility.unit}`}, a month by ${unitText(monthlyValue(estimate.value), utility.unit)}.</p>`,
    reasons(report),
  ]
}

function reasons({ elements }: AuditReport): MarkupChild {
  const swept = elements.filter(element => isPlanned(element) && element.levels.length > 0)
  const groupsBelow = swept.filter(({ kind }) => kind === 'group').slice(GROUPS_MAX)
  const more = groupsBelow.length > 0 && markup`<li>${countedNoun(groupsBelow.length, 'more group')}: below.</li>`
  const listed = swept.filter(element => !groupsBelow.includes(element))
  return markup`<ul>${listed.map(({ title, verdict }) => markup`<li><b>${title}</b>: ${asSentence(verdict.why)}</li>`)}${more}</ul>`
}

function whatItCosts(report: AuditReport): MarkupChild {
  const { costs, plans, elements } = report
  const breakEvens = elements.flatMap(({ title, verdict: { breakEven } }) =>
    breakEven && isAvailable(breakEven)
      ? [
          markup`<p>Fresh <b>${title}</b> pays if one unit (${report.utility.unit}) is worth more than <b class="nobreak">${estimateText(breakEven, '$')}</b>.</p>`,
        ]
      : [],
  )
  if (!isAvailable(costs)) return [markup`<p>Not known: ${costs.why}</p>`, breakEvens]
  const { now, proposed } = costs
  const isSame = isSameCost(now, proposed)
  return [
    markup`<p>To run it ${isSame ? 'now and as proposed' : 'now'}: <b>${rangeText(now.steadyYear)}</b> a month in a steady year.</p>`,
    !isSame && markup`<p>As proposed: <b>${rangeText(proposed.steadyYear)}</b>; in the first year ${rangeText(proposed.firstYear)}.</p>`,
    plans.net &&
      markup`<p>What the change earns, minus what it costs: <b class="nobreak">${estimateText(plans.net, '$')}</b> a month; costs, low to high, are in the brackets.</p>`,
    breakEvens,
  ]
}

function howSure(report: AuditReport): MarkupChild {
  const { history, caveats, plans } = report
  const clusters = history.clusters.map(({ name, effective }) => `${numberText(effective, 0)} by ${name}`).join(', ')
  return [
    markup`<p>Numbers in brackets are 95 % intervals, for all ages of a curve together. They rest on the later half of ${weeksText(history.weeks)} of history; what is said of plans, on its last fourth.${clusters !== '' && ` Decisions about the same thing, or of the same day, share their luck, so that the history is worth so many independent ones: ${clusters}.`}</p>`,
    plans.compared > 0 &&
      plans.decision === 'change' &&
      markup`<p>${plans.net && plans.net.low > 0 && 'Even at the low end of its interval the change pays. '}It was chosen among ${integerText(plans.compared)} plans on one part of the history, and is judged on another.</p>`,
    undecidedText(report.elements),
    caveats.length > 0 && markup`<p><a href="#sure">${countedNoun(caveats.length, 'caveat')}</a>, in full below.</p>`,
  ]
}

/** True if more history would decide. Elements that no plan changes need no decision. */
const isOpen = ({ verdict: { choice }, unplanned }: ElementPart): boolean => choice === 'undecided' && unplanned === undefined

function undecidedText(all: readonly ElementPart[]): Markup | undefined {
  const undecided = all.filter(isOpen)
  if (undecided.length === 0) return undefined
  const weeks = undecided.flatMap(({ title, verdict: { moreWeeks } }) =>
    moreWeeks === undefined ? [] : [`${title} after about ${countedNoun(Math.ceil(moreWeeks), 'more week')} of history`],
  )
  return markup`<p><strong>Undecided</strong>: ${undecided.map(({ title }) => title).join(', ')}.${weeks.length > 0 && ` If differences are what they seem, decided would be ${weeks.join(', ')}.`}</p>`
}

const findingTitles = {
  wasted: ['Wasted', 'fresher than anything that reads it'],
  starved: ['Starved', 'older than it may be'],
  queued: ['Queued', 'the action waits longer than all before it'],
} as const

export function findingsSection(report: AuditReport): Markup | undefined {
  if (report.findings.length === 0) return undefined
  return markup`<section aria-labelledby="findings"><h2 id="findings">Found on the way</h2>
<ul class="findings">${report.findings.map(
    ({ kind, element, text }) =>
      markup`<li><strong>${findingTitles[kind][0]}</strong> <span class="note">(${findingTitles[kind][1]})</span>: <b>${titleOfElement(report, element)}</b>. ${text}</li>`,
  )}</ul></section>
`
}
