/** The current and the proposed plan in the terminal, with the edits between them. */
import type { AuditReport, PlanEdit } from '../../domain/audit-report.ts'
import { dollarText, estimateText, isAvailable } from '../../domain/figures.ts'
import { planChanges, changesText, comparedText, decisionTitles, netSentence, titleOfElement } from '../report-text.ts'
import { TERMINAL_WIDTH, hangingIndent, textTable, wrap } from './columns.ts'

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
    ...(plans.net === undefined && plans.marginal.length === 0 ? [] : wrap(netSentence, TERMINAL_WIDTH)),
    ...(rows.length === 0
      ? []
      : textTable(
          [
            { title: 'element', align: 'left' },
            { title: 'now', align: 'left' },
            { title: 'proposed', align: 'left' },
          ],
          rows,
        )),
    ...marginalLines(report),
    ...otherLines(report),
    ...(plans.edits.length === 0 ? [] : ['', 'the edit']),
    ...plans.edits.flatMap(editLines),
    ...(plans.byHand.length === 0 ? [] : ['', 'no edit makes', ...plans.byHand.flatMap(text => hangingIndent('  - ', text))]),
    '',
  ]
}

function marginalLines(report: AuditReport): string[] {
  const rows = report.plans.marginal.map(({ element, title, net }) => [
    titleOfElement(report, element),
    title,
    isAvailable(net) ? estimateText(net, '$') : `not known: ${net.why}`,
  ])
  if (rows.length === 0) return []
  return [
    '',
    ...textTable(
      [
        { title: 'single change', align: 'left' },
        { title: '', align: 'left' },
        { title: 'net of costs, a month', align: 'left' },
      ],
      rows,
    ),
  ]
}

function otherLines({ plans }: AuditReport): string[] {
  const rows = plans.others.map(other => [
    changesText(other),
    ...(isAvailable(other.cost) ? [other.cost.low, other.cost.base, other.cost.high].map(dollarText) : ['', 'not known', '']),
    isAvailable(other.net) ? estimateText(other.net, '$') : `not known: ${other.net.why}`,
  ])
  if (rows.length === 0) return []
  return [
    '',
    ...textTable(
      [
        { title: 'other plans, a steady month', align: 'left' },
        { title: 'low', align: 'right' },
        { title: 'base', align: 'right' },
        { title: 'high', align: 'right' },
        { title: 'net of costs, against now', align: 'left' },
      ],
      rows,
    ),
  ]
}

const editLines = ({ file, line, before, after }: PlanEdit): string[] => [
  ...wrap(`  ${file}:${line}`, TERMINAL_WIDTH),
  ...before.split('\n').flatMap(text => hangingIndent('  - ', text)),
  ...after.split('\n').flatMap(text => hangingIndent('  + ', text)),
]

export function findingLines(report: AuditReport): string[] {
  const findings = report.findings.flatMap(({ kind, element, text }) =>
    wrap(`  ${kind.toUpperCase()} ${titleOfElement(report, element)}: ${text}`, 110),
  )
  return findings.length === 0 ? [] : ['FINDINGS', ...findings, '']
}
