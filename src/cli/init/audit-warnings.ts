/** Says before an audit runs why a file gives no verdict, or a weak one: few keys or outcomes, a short history, no times of day, late outcomes. */
import { type Duration, durationMs, inOneLine, spanTitle, MINUTE_MS, DAY_MS } from '../../base/index.ts'
import { MIN_CLUSTERS, timeBlockLength } from '../../audit/index.ts'
import type { InferredSchema } from '../../files/index.ts'
import { formatNumber, pluralize } from '../command/text-format.ts'
import { shellWord } from '../command/print.ts'
import { quantityColumns } from './inferred-code.ts'
import type { PlannedSource } from './inferred-source.ts'
import { displayName } from './inferences.ts'
import { windowsOf, type InferredWindows } from './inferred-windows.ts'

/** An audit judges the later half of the decisions. */
const JUDGED_SHARE = 0.5
/** Fewest judged true outcomes without a caveat of the audit. */
const OUTCOMES_MIN = 50
/** Least records per value of a key, on average. */
const PER_VALUE = 2

/** The reasons why an audit of the file would give no verdict or a weak one, each with what helps. Empty without an outcome. */
export function auditWarnings(source: PlannedSource, schema: InferredSchema): string[] {
  if (source.outcomes.length === 0) return []
  return [
    fewKeysText(source, schema),
    fewOutcomesText(source, schema),
    shortHistoryText(source, schema),
    datesText(source, schema),
    lateOutcomesText(source, schema),
  ].filter(text => text !== undefined)
}

function fewKeysText(source: PlannedSource, { columns, sampled, later }: InferredSchema): string | undefined {
  const { key } = source
  if (key && key.distinct >= MIN_CLUSTERS) return undefined
  const used = new Set([source.time, source.id, source.outcomes[0].column, ...quantityColumns(source)].map(column => column?.field))
  const [best] = columns
    .filter(({ name, type, nullable, isProse }) => !nullable && !isProse && ['string', 'int'].includes(type) && !used.has(name))
    .filter(
      ({ name, distinct }) => distinct >= MIN_CLUSTERS && PER_VALUE * distinct <= sampled && !later.some(({ column }) => column === name),
    )
    .toSorted((a, b) => b.distinct - a.distinct)
  const problem = key
    ? `${displayName(key.field)} has ${pluralize(key.distinct, 'value')} in ${formatNumber(sampled)} records, and an audit needs ${MIN_CLUSTERS} for a verdict`
    : `without a key all events are one series, and an audit needs ${MIN_CLUSTERS} values of a key for a verdict`
  const other = best && `try --key ${shellWord(best.name)}, which has ${pluralize(best.distinct, 'value')}, or `
  return `${problem}: ${other ?? ''}give a file of more ${key ? `values of ${displayName(key.field)}` : 'customers, machines or places, with a column that names them'}`
}

function fewOutcomesText(
  { outcomes: [{ column, truth, share }] }: PlannedSource,
  { sampled, span, history }: InferredSchema,
): string | undefined {
  const known = share * column.filled
  const judged = Math.round(JUDGED_SHARE * known * (span === 0 ? 1 : history / span))
  if (judged >= OUTCOMES_MIN) return undefined
  return (
    `${displayName(column.field)} is ${inOneLine(String(truth))} in ${formatNumber(Math.round(known))} of ${formatNumber(sampled)} records: about ${formatNumber(judged)} are judged, ` +
    `and under ${OUTCOMES_MIN} the intervals are wide; give a longer history`
  )
}

function datesText({ time }: PlannedSource, { hasOnlyDates, sampled }: InferredSchema): string | undefined {
  if (!hasOnlyDates || sampled < 2) return undefined
  return (
    `${displayName(time.field)} has dates without a time of day, so all events of a day happen at once, and ages below a day say nothing; ` +
    'give a column with the time of each event'
  )
}

function shortHistoryText({ windows, hourly }: PlannedSource, { history }: InferredSchema): string | undefined {
  const blocks = judgedBlocks(history, windows)
  if (blocks.count >= MIN_CLUSTERS) return undefined
  const enough = [1, 2, 3, 5, 7, 10, 14, 21, 30, 60, 90].find(
    days => days * DAY_MS > history && judgedBlocks(days * DAY_MS, windowsOf(hourly, days * DAY_MS)).count >= MIN_CLUSTERS,
  )
  return (
    `the history has ${spanTitle(history)}: the later half, which an audit judges, has ${pluralize(blocks.count, 'block')} of ${spanTitle(blocks.length)}, ` +
    `and a verdict needs ${MIN_CLUSTERS}; give a history of ${enough === undefined ? 'some months' : `${pluralize(enough, 'day')} or more`}`
  )
}

/** The blocks of time in the judged part of a history with these windows. */
function judgedBlocks(history: number, { short, long }: Pick<InferredWindows, 'short' | 'long'>) {
  const window = [short, long].map(span => durationMs(span as Duration)).reduce((most, ms) => (ms < DAY_MS ? Math.max(most, ms) : most), 0)
  const judged = JUDGED_SHARE * history
  const length = timeBlockLength(judged, { horizon: 0, window })
  return { length, count: Math.ceil(judged / length) }
}

function lateOutcomesText({ longestDelay = 0, knownAfter }: PlannedSource, { history }: InferredSchema): string | undefined {
  if (longestDelay < knownAfter * MINUTE_MS) return undefined
  const needed = (history * longestDelay) / (knownAfter * MINUTE_MS)
  return (
    `outcomes are known up to ${spanTitle(longestDelay)} after the event, and a history of ${spanTitle(history)} allows ${spanTitle(knownAfter * MINUTE_MS)}: ` +
    `later ones count as false; give a history of ${pluralize(Math.ceil(needed / DAY_MS), 'day')} or more`
  )
}
