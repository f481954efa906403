/** The current and the proposed plan in the terminal, with the edits between them. */
import type { AuditReport, PlanEdit } from '../../domain/audit-report.ts'
import { estimateText, isAvailable } from '../../domain/figures.ts'
import { planChanges, changesText, comparedText, decisionTitles, netSentence, scenarioTexts, titleOfElement } from '../report-text.ts'
import { bulletList, hangingIndent, leftColumns, rightColumns, textTable, wrap, type TextColumn } from './columns.ts'

export function planLines(report: AuditReport): string[] {
  const { plans } = report
  const rows = planChanges(report).map(({ element, now, proposed }) => [
    titleOfElement(report, element),
    now,
    proposed === now ? 'the same' : proposed,
  ])
  const compared = plans.compared === 0 ? '' : ` ${comparedText(plans)}: chosen on one half of the judged history, reported on the other.`
  const net = plans.net === undefined ? '' : ` Net of costs ${estimateText(plans.net, '$')} a month.`
  return [
    ...hangingIndent('PLAN  ', `${decisionTitles[plans.decision]}.${net}${compared}`),
    ...(plans.net === undefined && plans.marginal.length === 0 ? [] : wrap(netSentence)),
    ...tableOf(leftColumns('element', 'now', 'proposed'), rows),
    ...afterBlank(marginalLines(report)),
    ...afterBlank(otherLines(report)),
    ...(plans.edits.length === 0 ? [] : ['', 'the edit']),
    ...plans.edits.flatMap(editLines),
    ...afterBlank(bulletList('no edit makes', plans.byHand)),
    '',
  ]
}

const afterBlank = (lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', ...lines])

/** No lines for no rows. */
const tableOf = (columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string[] =>
  rows.length === 0 ? [] : textTable(columns, rows)

function marginalLines(report: AuditReport): string[] {
  const rows = report.plans.marginal.map(({ element, title, net }) => [titleOfElement(report, element), title, netText(net)])
  return tableOf(leftColumns('single change', '', 'net of costs, a month'), rows)
}

function otherLines({ plans }: AuditReport): string[] {
  const rows = plans.others.map(other => [
    changesText(other),
    ...(isAvailable(other.cost) ? scenarioTexts(other.cost) : ['', 'not known', '']),
    netText(other.net),
  ])
  return tableOf(
    [...leftColumns('other plans, a steady month'), ...rightColumns('low', 'base', 'high'), ...leftColumns('net of costs, against now')],
    rows,
  )
}

const netText = (net: AuditReport['plans']['marginal'][number]['net']): string =>
  isAvailable(net) ? estimateText(net, '$') : `not known: ${net.why}`

const editLines = ({ file, line, before, after }: PlanEdit): string[] => [
  ...wrap(`  ${file}:${line}`),
  ...before.split('\n').flatMap(text => hangingIndent('  - ', text)),
  ...after.split('\n').flatMap(text => hangingIndent('  + ', text)),
]
