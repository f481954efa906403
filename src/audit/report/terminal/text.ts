/** Audit report for the terminal: the answer, then its basis. At most 110 columns; nothing depends on colour. */
import type { AuditReport, HistoryPart } from '../../domain/audit-report.ts'
import { graphemesOf } from '../graphemes.ts'
import { printableReport } from '../printable-report.ts'
import { integerText, countedNoun, dateText, numberText, weeksText } from '../../domain/figures.ts'
import { answerLinesOf } from '../report-text.ts'
import { hangingIndent, wrap, TERMINAL_WIDTH } from './columns.ts'
import { costLines } from './cost-text.ts'
import { elementLines } from './element-text.ts'
import { findingLines, planLines } from './plan-text.ts'
import { stageLines } from './stage-text.ts'

/** The report as text. Throws `SPILL_ASSERT` for a number that is not finite. */
export function reportText(input: AuditReport): string {
  const report = printableReport(input)
  return [
    ...answerLines(report),
    '',
    ...elementLines(report),
    ...stageLines(report),
    ...costLines(report),
    ...planLines(report),
    ...findingLines(report),
    ...historyLines(report),
    ...listed('CAVEATS', report.caveats),
    ...listed('ASSUMED', report.assumptions),
    ...reproduceLines(report),
  ].join('\n')
}

const NAME_LENGTH_MAX = 24

/** A long pipeline name gets its own line. */
function answerLines(report: AuditReport): string[] {
  const name = `${report.pipeline}: `
  const [first, second] = answerLinesOf(report)
  if (graphemesOf(name).length > NAME_LENGTH_MAX)
    return [...wrap(name.trim(), TERMINAL_WIDTH), ...hangingIndent('  ', first), ...hangingIndent('  ', second)]
  return [...hangingIndent(name, first), ...hangingIndent(' '.repeat(graphemesOf(name).length), second)]
}

function historyLines({ history, utility }: AuditReport): string[] {
  const { from, until, weeks, events, decisions, labelled, positive, unknown, censored, undone, notEligible, clusters } = history
  const unlabelled = [
    [unknown, 'without one'],
    [censored, 'without one because an action changed what came'],
    [notEligible, 'not to be judged'],
  ] as const
  const texts = [
    `${dateText(from)} to ${dateText(until)}, ${weeksText(weeks)} with decisions: ${countedNoun(events, 'event')}, ${countedNoun(decisions, 'decision')}; ` +
      [
        `${integerText(labelled)} with a label, ${integerText(positive)} of them true`,
        ...unlabelled.flatMap(([many, kind]) => (many > 0 ? [`${integerText(many)} ${kind}`] : [])),
      ].join('; '),
    ...(undone ? [undoneText(undone)] : []),
    ...(clusters.length === 0
      ? []
      : [
          `worth, as independent ones: ${clusters.map(({ name, count: all, effective }) => `${numberText(effective, 0)} of ${integerText(all)} by ${name}`).join(', ')}`,
        ]),
    `threshold ${numberText(utility.threshold)}, from ${utility.thresholdFrom}; ${blocksText(history)}`,
  ]
  return [...texts.flatMap((text, i) => hangingIndent(i === 0 ? 'HISTORY  ' : '         ', text)), '']
}

const undoneText = ({ count: many, hidden, weight: [least, most], isUsed }: NonNullable<HistoryPart['undone']>): string =>
  `of what is judged ${integerText(many)} were left undone to see what comes of them${
    isUsed
      ? `: each stands for ${least === most ? numberText(least) : `${numberText(least)} to ${numberText(most)}`}, for ${integerText(hidden)} whose outcome is hidden`
      : ', too few to stand for others'
  }`

const blocksText = ({ blocks }: HistoryPart): string =>
  `decisions to ${(['train', 'tune', 'select', 'report'] as const).map(name => `${name} ${integerText(blocks[name].decisions)}`).join(', ')}`

const listed = (title: string, texts: readonly string[]): string[] =>
  texts.length === 0 ? [] : [title, ...texts.flatMap(text => hangingIndent('  - ', text)), '']

function reproduceLines({ fingerprint, reproduce }: AuditReport): string[] {
  const { command, version, seed, draws, decisions, definitions } = reproduce
  return [
    'REPRODUCE',
    ...wrap(`  ${command}`, TERMINAL_WIDTH),
    `  spillway ${version}, seed ${seed}, ${countedNoun(draws, 'draw')}`,
    `  pipeline ${fingerprint}`,
    `  definitions ${definitions}`,
    `  decisions ${decisions}`,
  ].flatMap(line => wrap(line, TERMINAL_WIDTH))
}
