/** The inferences of `init --from FILE` in words, each with its evidence. */
import type { ColumnChoice, InferredColumn, InferredSchema } from '../../files/index.ts'
import { inOneLine } from '../../base/index.ts'
import { formatNumber } from '../command/text-format.ts'
import type { InferredWindows } from './inferred-windows.ts'

/** One inference with its evidence: `key`, `customer`, `812 distinct values in 10,000 records`. */
export interface Inference {
  readonly of: string
  readonly value: string
  readonly evidence: string
}

/** Each inference of a schema, with its evidence. `unit` is that of results. */
export function inferencesOf(
  { columns, key, time, id, outcomes, outcomeTime, later, omitted, skipped, sampled, undecodable }: InferredSchema,
  windows: InferredWindows,
  unit: Inference,
): Inference[] {
  const chosen = (of: string, choice: ColumnChoice | undefined, none: string): Inference => ({
    of,
    value: choice ? displayName(choice.column) : 'none',
    evidence: choice?.reason ?? (omitted.has(of) ? 'as you chose' : none),
  })
  const timeColumn = columns.find(({ name }) => name === time?.column)
  return [
    chosen('key', key, 'no column has repeated values, so all events are one series'),
    { ...chosen('time', time, ''), evidence: [time?.reason, timeColumn && formatText(timeColumn)].filter(Boolean).join('; ') },
    chosen('id', id, 'no column is called an id and differs in every record, so a record sent twice is two events'),
    chosen('outcome', outcomes[0], 'no column is true or false, 0 or 1, yes or no'),
    ...(outcomeTime && outcomes.length > 0
      ? [{ of: 'outcome at', value: displayName(outcomeTime.column), evidence: inOneLine(outcomeTime.reason) }]
      : []),
    ...(outcomes.length > 0 ? [unit] : []),
    ...later
      .filter(({ column }) => column !== outcomeTime?.column)
      .map(({ column, reason }) => ({ of: 'later', value: displayName(column), evidence: `not known at the event: ${inOneLine(reason)}` })),
    ...columns.flatMap(column => {
      const format = column === timeColumn ? undefined : formatText(column)
      return format === undefined ? [] : [{ of: 'format', value: displayName(column.name), evidence: format }]
    }),
    {
      of: 'types',
      value: typesText(columns),
      evidence: `the narrowest that fit ${formatNumber(sampled)} records; a later record that does not fit is rejected with the reason`,
    },
    { of: 'windows', value: `${windows.short}, ${windows.long}`, evidence: windows.reason },
    ...(undecodable > 0 ? [{ of: 'not decoded', value: `${undecodable} records`, evidence: 'of the sample' }] : []),
    ...skipped.map(({ name, reason }) => ({ of: 'left out', value: displayName(name), evidence: inOneLine(reason) })),
  ]
}

/** `int items, tickets; string kitchen`. */
function typesText(columns: InferredSchema['columns']): string {
  const byType = Map.groupBy(columns, ({ type, scale }) => (scale === undefined ? type : `${type}(${scale})`))
  return [...byType].map(([type, each]) => `${type} ${each.map(({ name }) => displayName(name)).join(', ')}`).join('; ')
}

/** The format of a column whose values a map converts. */
function formatText({ timeFormat, numbers, words, example = '' }: InferredColumn): string | undefined {
  const text = displayName(example)
  if (timeFormat === 'dmy') return `the day first, as in ${text}`
  if (timeFormat === 'mdy') return `the month first, as in ${text}`
  if (timeFormat === 'seconds') return 'epoch seconds'
  if (timeFormat === 'epoch') return 'epoch milliseconds'
  if (numbers) return `a comma ${numbers === 'comma' ? 'begins the fraction' : 'separates thousands'}, as in ${text}`
  return words && `${displayName(words.yes)} is true, ${displayName(words.no)} is false`
}

/** Describes a column whose format no column shows, and the option that decides it. */
export function ambiguityText({ name, kind, order, text, place }: InferredSchema['unclear'][number]): string {
  const column = `${inOneLine(place)}: ${displayName(name)}`
  const value = inOneLine(JSON.stringify(text))
  if (kind === 'comma') return `${column} is text for now: ${value} is ambiguous; add --decimal comma or --decimal point`
  if (kind === 'point')
    return `${column}: ${value} is read as ${Number(text)}; if the point separates thousands, add --decimal comma, else --decimal point`
  if (kind === 'mixed dates') return `${column} is text: ${value} has its day and month in a different order than an earlier date`
  const isDayFirst = order === 'dmy'
  return `${column}: ${value} is read with the ${isDayFirst ? 'day' : 'month'} first, and no date shows it; add --dates ${isDayFirst ? 'month-first' : 'day-first'} if that is wrong, else --dates ${isDayFirst ? 'day-first' : 'month-first'}`
}

/** A name for a comment or a terminal, escaped to one line. */
export const displayName = (name: string): string => (/^[\w .-]+$/.test(name) ? name : inOneLine(JSON.stringify(name)))
