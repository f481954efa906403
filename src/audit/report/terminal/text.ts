/** The whole audit report for the terminal, below the verdict. At most 110 columns; nothing depends on colour. */
import { spanTitle } from '../../../base/index.ts'
import type { AuditReport, HistoryPart } from '../../domain/audit-report.ts'
import { printableReport } from '../printable-text.ts'
import { integerText, countedNoun, dateText, isAvailable, numberText, percentageText, weeksText } from '../../domain/figures.ts'
import { sampledDecisionsText, stageCells, titleOfElement, weightsText } from '../report-text.ts'
import { bulletList, hangingIndent, leftColumns, rightColumns, textTable, wrap } from './columns.ts'
import { costLines } from './cost-text.ts'
import { elementLines } from './element-text.ts'
import { planLines } from './plan-text.ts'

/** The report as text. Throws `SPILL_ASSERT` for a number that is not finite. */
export function reportText(input: AuditReport): string {
  const report = printableReport(input)
  return [
    ...elementLines(report),
    ...stageLines(report),
    ...costLines(report),
    ...planLines(report),
    ...endedByBlank(findingLines(report)),
    ...historyLines(report),
    ...endedByBlank(bulletList('CAVEATS', report.caveats)),
    ...endedByBlank(bulletList('ASSUMED', report.assumptions)),
    ...reproduceLines(report),
  ].join('\n')
}

const endedByBlank = (lines: readonly string[]): string[] => (lines.length === 0 ? [] : [...lines, ''])

/** Stage times. */
function stageLines({ stages }: AuditReport): string[] {
  if (!isAvailable(stages)) return [...hangingIndent('WHERE THE TIME GOES  ', `not measured: ${stages.why}`), '']
  const { from, until, deadline } = stages
  const { rows, whole } = stageCells(stages)
  const inTime = deadline && `${percentageText(deadline.met)} of decisions were in time for the deadline of ${spanTitle(deadline.ms)}`
  return [
    ...hangingIndent('WHERE THE TIME GOES  ', `${sampledDecisionsText(stages)}, ${dateText(from)} to ${dateText(until)}`),
    ...textTable(
      [...leftColumns('stage'), ...rightColumns('p50', 'p95', 'p99', 'longest in', 'p99 of all, if 90 % faster')],
      [...rows, whole],
    ),
    ...(inTime === undefined ? [] : [inTime]),
    '',
  ]
}

function findingLines(report: AuditReport): string[] {
  const findings = report.findings.flatMap(({ kind, element, text }) =>
    wrap(`  ${kind.toUpperCase()} ${titleOfElement(report, element)}: ${text}`),
  )
  return findings.length === 0 ? [] : ['FINDINGS', ...findings]
}

function historyLines({ history, utility }: AuditReport): string[] {
  const { from, until, weeks, events, decisions, labelled, positive, unknown, censored, undone, notEligible, clusters } = history
  const unlabelled = [
    [unknown, 'without a known label'],
    [censored, 'whose label an action censored'],
    [notEligible, 'not eligible'],
  ] as const
  const labels = [
    `${integerText(labelled)} with a label, ${integerText(positive)} of them true`,
    ...unlabelled.flatMap(([count, kind]) => (count > 0 ? [`${integerText(count)} ${kind}`] : [])),
  ]
  const sizes = clusters.map(({ name, count, effective }) => `${numberText(effective, 0)} of ${integerText(count)} by ${name}`)
  const texts = [
    `${dateText(from)} to ${dateText(until)}, ${weeksText(weeks)} with decisions: ${countedNoun(events, 'event')}, ${countedNoun(decisions, 'decision')}; ${labels.join('; ')}`,
    ...(undone ? [undoneText(undone)] : []),
    ...(sizes.length === 0 ? [] : [`effective sample size: ${sizes.join(', ')}`]),
    `threshold ${numberText(utility.threshold)}, from ${utility.thresholdFrom}; ${blocksText(history)}`,
  ]
  return [...texts.flatMap((text, i) => hangingIndent(i === 0 ? 'HISTORY  ' : '         ', text)), '']
}

const undoneText = ({ count: many, hidden, weight, isUsed }: NonNullable<HistoryPart['undone']>): string =>
  `${integerText(many)} judged decisions were explored: their actions were withheld${
    isUsed
      ? `. Each has the inverse-propensity weight ${weightsText(weight)}, for ${integerText(hidden)} decisions whose outcome an action hid`
      : ', too few for weights'
  }`

const blocksText = ({ blocks }: HistoryPart): string =>
  `decisions to ${(['train', 'tune', 'select', 'report'] as const).map(name => `${name} ${integerText(blocks[name].decisions)}`).join(', ')}`

function reproduceLines({ fingerprint, reproduce }: AuditReport): string[] {
  const { command, version, seed, draws, decisions, definitions } = reproduce
  return [
    'REPRODUCE',
    ...wrap(`  ${command}`),
    `  spillway ${version}, seed ${seed}, ${countedNoun(draws, 'draw')}`,
    `  pipeline ${fingerprint}`,
    `  definitions ${definitions}`,
    `  decisions ${decisions}`,
  ].flatMap(line => wrap(line))
}
