/** The report of a reconciliation as text. */
import {
  comparisonBases,
  type ComparisonBasis,
  type MismatchCause,
  type ComparisonCounts,
  type MismatchExample,
  type InputReport,
  type MismatchReason,
  type ReconcileReport,
  type TodayReport,
} from '../../reconcile/index.ts'
import { pluralize, formatNumber, paddedTable, timeText, joinLines } from '../command/text-format.ts'

const titles: Readonly<Record<ComparisonBasis, string>> = {
  recorded: 'recorded: over the events visible to each decision',
  corrected: 'corrected: over all events in the log today',
}

/** The notes, tables of inputs, examples, decisions that would change today, and the verdict. */
export function reconcileText(report: ReconcileReport): string {
  const { inputs, examples } = report
  return [
    headText(report),
    ...(inputs.length > 0 ? comparisonBases.map(basis => tableText(basis, inputs)) : []),
    ...(examples.length > 0 ? [['examples', ...examples.map(exampleText)].join('\n')] : []),
    ...report.today.filter(({ decisions, unscored }) => decisions + unscored > 0).map(todayText),
    verdict(report),
  ].join('\n\n')
}

function headText({ decisions, forgotten, otherModels, entries, inputs }: ReconcileReport): string {
  const sum = (valueOf: (input: InputReport) => number): number => inputs.reduce((total, input) => total + valueOf(input), 0)
  const notes: readonly (readonly [count: number, noun: string, text: string])[] = [
    [forgotten, 'decision', 'not compared: their trigger is deleted, or of a different kind now'],
    ...Object.entries(otherModels).map(
      ([model, count]) => [count, 'decision', `of model '${model}', which is not in the pipeline`] as const,
    ),
    [sum(input => input.forgotten), 'value', 'not compared: the log has deleted events of their windows'],
    [sum(input => input.unrecorded), 'value', 'not compared: a different version of the pipeline did not record them'],
    [sum(input => input.settled), 'value', 'not compared: a repair has noted their mismatch'],
    [sum(input => input.waiting), 'value', 'may change when waiting dead letters are edited and replayed'],
  ]
  return [
    `${pluralize(decisions, 'decision')} computed again in SQL, from a log of ${pluralize(entries, 'entry')}`,
    ...notes.flatMap(([count, noun, text]) => (count > 0 ? [`${pluralize(count, noun)} ${text}`] : [])),
  ].join('\n')
}

function tableText(basis: ComparisonBasis, inputs: readonly InputReport[]): string {
  const head = ['input', 'values', 'equal', 'both absent', 'one absent', 'different', 'SMAPE', 'apart: p50', 'p90', 'p99', 'max']
  const rows = inputs.map(input => {
    const { compared, equal, within, bothAbsent, oneAbsent, different, smape, apart } = input[basis]
    return [
      `${input.model} ${input.input}`,
      compared,
      equal + within,
      bothAbsent,
      oneAbsent,
      different,
      smape === undefined ? '–' : smape.toFixed(4),
      ...(['p50', 'p90', 'p99', 'max'] as const).map(part => (apart ? short(apart[part]) : '–')),
    ]
  })
  return [titles[basis], paddedTable(head, rows), ...reasonsText(inputs.map(input => input[basis]))].join('\n')
}

function reasonsText(all: readonly ComparisonCounts[]): string[] {
  const counts = sumOfReasons(all.map(({ reasons }) => reasons))
  return counts.size === 0 ? [] : [`why: ${[...counts].map(([reason, count]) => `${reason} ${formatNumber(count)}`).join(', ')}`]
}

/** The number of values by reason, over all inputs. */
export function sumOfReasons(all: readonly ComparisonCounts['reasons'][]): Map<MismatchReason, number> {
  const sums = new Map<MismatchReason, number>()
  for (const reasons of all)
    for (const [reason, count] of Object.entries(reasons) as [MismatchReason, number][]) sums.set(reason, (sums.get(reason) ?? 0) + count)
  return sums
}

const short = (value: number): string => String(Number(value.toPrecision(3)))

function exampleText({ basis, causes, model, input, entry, key, t, recorded, other }: MismatchExample): string {
  const values = `${JSON.stringify(recorded)} recorded, ${JSON.stringify(other)} ${basis === 'recorded' ? 'by SQL' : 'today'}`
  const reasons = causes.map(({ reason }) => reason).join(', ')
  return [`  ${reasons}: ${model} ${input} of ${key} at ${timeText(t)} (entry ${entry}): ${values}`, ...causes.flatMap(causeText)].join(
    '\n',
  )
}

/** Decisions with a different score or different inputs today. The command changes nothing. */
function todayText({ model, decisions, unscored, actions, examples }: TodayReport): string {
  return joinLines(
    decisions > 0 && `${pluralize(decisions, 'decision')} of ${model} would have a different score today`,
    unscored > 0 &&
      `${pluralize(unscored, 'decision')} of ${model} would have different inputs today; SQL does not compute their score (a user function, ONNX, or a version trained on different inputs)`,
    actions
      .filter(({ more, fewer }) => more + fewer > 0)
      .map(
        ({ action, more, fewer }) =>
          `  ${action} would follow ${formatNumber(more)} more decisions and ${formatNumber(fewer)} fewer; nothing is sent again`,
      ),
    examples.map(({ key, t, entry, recorded, today, actions: would }) => {
      const actionTexts = would.map(({ action, would: now }) => `, ${now ? action : `no ${action}`}`).join('')
      return `  ${key} at ${timeText(t)} (entry ${entry}): score ${scoreText(recorded)} recorded, ${scoreText(today)} today${actionTexts}`
    }),
  )
}

const scoreText = (score: number | null): string => (score === null ? 'none' : short(score))

/** The events that cause a difference, if events do. */
function causeText({ reason, events, newest, effect }: MismatchCause): string[] {
  if (events === undefined || !newest) return []
  const { source, partition, offset, time, arrival } = newest
  const size = effect === undefined ? '' : `, by ${short(effect)}`
  const lastEvent = `${events === 1 ? '' : 'the last '}partition ${partition} offset ${offset} of ${timeText(time)}, arrived ${timeText(arrival)}`
  return [`    ${reason}${size}: ${pluralize(events, 'event')} of '${source}', ${lastEvent}`]
}

function verdict({ sound, inputs }: ReconcileReport): string {
  if (inputs.length === 0) return 'The pipeline has no model, and nothing was compared.'
  if (sound)
    return 'Sound: every recorded value matches SQL over the events visible to its decision, and every difference today has a reason.'
  return inputs.some(isUnexplained)
    ? 'NOT SOUND: a recorded value does not match SQL over the events visible to its decision, or a difference has no reason.'
    : 'NOT SOUND by this file: the mismatches are decisions of different definitions. Reconcile with the file as it was then, or let --repair note them.'
}

const isUnexplained = ({ recorded, corrected }: InputReport): boolean =>
  [recorded, corrected].some(({ reasons }) => (reasons.unexplained ?? 0) > 0)
