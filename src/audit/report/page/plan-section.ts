/** The current plan, the proposed plan, and the edit between them, on the page. */
import type { AuditReport, CostPart } from '../../domain/audit-report.ts'
import { dateText, estimateText, isAvailable, asSentence } from '../../domain/figures.ts'
import { planChanges, changesText, comparedText, decisionTitles, isSameCost, scenarioTexts, titleOfElement } from '../report-text.ts'
import { dataTable, estimateCell, netCell, numberHeads, textHeads } from './data-table.ts'
import { term } from './glossary.ts'
import { breakable, folded, markup, type MarkupChild, type Markup } from './markup.ts'

const decisionTexts = {
  change: 'By the lower end of the interval too, the proposed plan earns more than it costs, against what runs now.',
  'keep what runs': 'No other plan earns more than it costs beyond what chance can do.',
  'no dollar verdict':
    'There is no price of the measure, or no cost of what runs, so the worth of freshness cannot be compared with its cost.',
  undecided: 'This history is too short, or has too few independent parts, to tell the plans apart.',
} as const

export function planSection(report: AuditReport): Markup {
  const { plans } = report
  const rows = planChanges(report)
  return markup`<section aria-labelledby="plan"><h2 id="plan">The plan</h2>
<p class="measure"><strong class="badge">${decisionTitles[plans.decision]}</strong> ${decisionTexts[plans.decision]}${plans.net && markup` ${term('net', 'Net')} of costs, against now: <b class="nobreak">${estimateText(plans.net, '$')}</b> a month.`} ${plans.compared > 0 && `${comparedText(plans)}. `}Plans are compared whole, since neither costs nor values of single changes add up; the choice was made on one part of the history, and is judged on the last (${dateText(report.history.blocks.report.from)} to ${dateText(report.history.blocks.report.until)}). So a plan's value may differ from the curves', which show both.</p>
${rows.length > 0 && planTable(report, rows)}
${plans.marginal.length > 0 && folded('What each change earns by itself', marginalTable(report))}
${plans.others.length > 0 && folded('Other plans', othersTable(report))}
${plans.byHand.length > 0 && markup`<h3>What no edit makes</h3><ul class="measure">${plans.byHand.map(text => markup`<li>${asSentence(text)}</li>`)}</ul>`}
</section>
`
}

const planTable = (report: AuditReport, rows: ReturnType<typeof planChanges>): Markup =>
  dataTable({
    caption: 'How each part runs now, and would',
    head: textHeads('Element', 'Now', 'Proposed'),
    rows: rows.map(({ element, now, proposed }) => [
      titleOfElement(report, element),
      now,
      now === proposed ? markup`<span class="note">stays</span>` : markup`<strong>${breakable(proposed)}</strong>`,
    ]),
  })

const marginalTable = (report: AuditReport): Markup =>
  dataTable({
    caption: 'What each change earns by itself, minus what it costs, dollars a month',
    head: [...textHeads('Element', 'Change'), ...numberHeads('Net of costs')],
    rows: report.plans.marginal.map(({ element, title, net }) => [titleOfElement(report, element), title, netCell(net)]),
  })

/** Includes the costs of the current and the proposed plan for comparison. */
function othersTable({ plans, costs }: AuditReport): Markup {
  return dataTable({
    caption: 'Other plans: what each would cost in a month of a steady year, and what it earns minus that, against now',
    compact: true,
    head: [...textHeads('What would run otherwise'), ...numberHeads('Low', 'Base', 'High', 'Net of costs')],
    rows: [
      ...(isAvailable(costs) ? ownRows(costs) : []),
      ...plans.others.map(other => [
        changesText(other),
        ...(isAvailable(other.cost) ? scenarioTexts(other.cost) : ['', markup`<span class="note">not known</span>`, '']),
        netCell(other.net),
      ]),
    ],
  })

  function ownRows({ now, proposed }: CostPart): MarkupChild[][] {
    if (isSameCost(now, proposed)) return [['as it runs, and as proposed', ...scenarioTexts(now.steadyYear), '']]
    return [
      ['as it runs', ...scenarioTexts(now.steadyYear), ''],
      ['as proposed', ...scenarioTexts(proposed.steadyYear), plans.net && estimateCell(plans.net, '$')],
    ]
  }
}
