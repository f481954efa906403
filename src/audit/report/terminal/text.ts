/** Audit report for the terminal: the answer, then its basis. At most 110 columns; nothing depends on colour. */
import type { AuditReport, HistoryPart } from '../../domain/audit-report.ts'
import { charactersOf } from '../characters.ts'
import { checked } from '../checked.ts'
import { count, counted, date, figure, weeksText } from '../../domain/figures.ts'
import { answerOf } from '../reading.ts'
import { hung, wrap, COLUMNS } from './columns.ts'
import { costLines } from './cost-text.ts'
import { elementLines } from './element-text.ts'
import { findingLines, planLines } from './plan-text.ts'
import { stageLines } from './stage-text.ts'

/** The report as text. Throws `SPILL_ASSERT` for a number that is not finite. */
export function reportText(input: AuditReport): string {
  const report = checked(input)
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
  const [first, second] = answerOf(report)
  if (charactersOf(name).length > NAME_LENGTH_MAX) return [...wrap(name.trim(), COLUMNS), ...hung('  ', first), ...hung('  ', second)]
  return [...hung(name, first), ...hung(' '.repeat(charactersOf(name).length), second)]
}

function historyLines({ history, utility }: AuditReport): string[] {
  const { from, until, weeks, events, decisions, labelled, positive, unknown, censored, undone, notEligible, clusters } = history
  const unlabelled = [
    [unknown, 'without one'],
    [censored, 'without one because an action changed what came'],
    [notEligible, 'not to be judged'],
  ] as const
  const texts = [
    `${date(from)} to ${date(until)}, ${weeksText(weeks)} with decisions: ${counted(events, 'event')}, ${counted(decisions, 'decision')}; ` +
      [
        `${count(labelled)} with a label, ${count(positive)} of them true`,
        ...unlabelled.flatMap(([many, kind]) => (many > 0 ? [`${count(many)} ${kind}`] : [])),
      ].join('; '),
    ...(undone ? [undoneText(undone)] : []),
    ...(clusters.length === 0
      ? []
      : [
          `worth, as independent ones: ${clusters.map(({ name, count: all, effective }) => `${figure(effective, 0)} of ${count(all)} by ${name}`).join(', ')}`,
        ]),
    `threshold ${figure(utility.threshold)}, from ${utility.thresholdFrom}; ${blocksText(history)}`,
  ]
  return [...texts.flatMap((text, i) => hung(i === 0 ? 'HISTORY  ' : '         ', text)), '']
}

const undoneText = ({ count: many, hidden, weight: [least, most], isUsed }: NonNullable<HistoryPart['undone']>): string =>
  `of what is judged ${count(many)} were left undone to see what comes of them${
    isUsed
      ? `: each stands for ${least === most ? figure(least) : `${figure(least)} to ${figure(most)}`}, for ${count(hidden)} whose outcome is hidden`
      : ', too few to stand for others'
  }`

const blocksText = ({ blocks }: HistoryPart): string =>
  `decisions to ${(['train', 'tune', 'select', 'report'] as const).map(name => `${name} ${count(blocks[name].decisions)}`).join(', ')}`

const listed = (title: string, texts: readonly string[]): string[] =>
  texts.length === 0 ? [] : [title, ...texts.flatMap(text => hung('  - ', text)), '']

function reproduceLines({ fingerprint, reproduce }: AuditReport): string[] {
  const { command, version, seed, draws, decisions, definitions } = reproduce
  return [
    'REPRODUCE',
    ...wrap(`  ${command}`, COLUMNS),
    `  spillway ${version}, seed ${seed}, ${counted(draws, 'draw')}`,
    `  pipeline ${fingerprint}`,
    `  definitions ${definitions}`,
    `  decisions ${decisions}`,
  ].flatMap(line => wrap(line, COLUMNS))
}
