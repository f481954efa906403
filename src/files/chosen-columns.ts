/** Columns that a person names for a role (key, time, id, outcome) in place of those that are inferred. */
import { didYouMean, inOneLine, SpillwayError } from '../base/index.ts'
import type { InferredColumn } from './column-sample.ts'
import { likelyTruth, repetition, outcomeShareText, trueShare, type ColumnChoice, type OutcomeChoice } from './likely-columns.ts'

/** Names of columns by role; `null` for none. */
export interface ColumnOverrides {
  readonly time?: string | undefined
  readonly key?: string | null | undefined
  readonly id?: string | null | undefined
  /** `COLUMN`, or `COLUMN=VALUE` with the value that is true. */
  readonly outcome?: string | null | undefined
}

/** The columns that were named; `undefined` for a role that is left to be inferred, `null` for none. */
export interface ChosenColumns {
  readonly time: ColumnChoice | undefined
  readonly key: ColumnChoice | null | undefined
  readonly id: ColumnChoice | null | undefined
  readonly outcome: OutcomeChoice | null | undefined
}

/** Formats of an event time. */
export const TIME_FORMATS = 'ISO 8601, 31.12.2025 14:05, 12/31/2025 2:05 PM, or epoch milliseconds or seconds'

/** @throws `SPILL_NOT_FOUND` for an unknown column, `SPILL_INPUT` for a column that cannot have its role. `file` is for messages. */
export function chosenColumns(file: string, columns: readonly InferredColumn[], overrides: ColumnOverrides): ChosenColumns {
  const { time, key, id, outcome } = overrides
  const inputError = (problem: string) => new SpillwayError('SPILL_INPUT', inOneLine(problem), { place: file })
  const columnOf = (name: string): InferredColumn => {
    const column = columns.find(candidate => candidate.name === name)
    if (column) return column
    throw unknownColumnError(
      file,
      name,
      columns.map(candidate => candidate.name),
    )
  }
  const columnFor = (role: 'time' | 'key' | 'id', name: string): InferredColumn => {
    const column = columnOf(name)
    const allowed = role === 'time' ? ['timestamp'] : ['string', 'int']
    if (allowed.includes(column.type)) return column
    const needed = role === 'time' ? `times (${TIME_FORMATS})` : 'text or whole numbers'
    throw inputError(`has ${column.type} values in ${quoted(name)}, and --${role} needs ${needed}; name a different column`)
  }
  const identified = (role: 'key' | 'id', name: string | null | undefined): ColumnChoice | null | undefined =>
    typeof name === 'string' ? { column: name, reason: `as you chose; ${repetition(columnFor(role, name))}` } : name
  const chosen: ChosenColumns = {
    time: time === undefined ? undefined : { column: columnFor('time', time).name, reason: 'as you chose' },
    key: identified('key', key),
    id: identified('id', id),
    outcome: typeof outcome !== 'string' ? outcome : chosenOutcome(outcome, { columns, columnOf, inputError }),
  }
  const roles = Object.entries(chosen).flatMap(([role, choice]) => (choice ? [{ role, column: (choice as ColumnChoice).column }] : []))
  const double = roles.find(({ column }, i) => roles.findIndex(other => other.column === column) < i)
  const first = roles.find(({ column }) => column === double?.column)
  if (double && first)
    throw inputError(`has one column ${quoted(double.column)} for --${first.role} and --${double.role}; name two columns`)
  return chosen
}

export const unknownColumnError = (file: string, name: string, names: readonly string[]): SpillwayError =>
  new SpillwayError('SPILL_NOT_FOUND', inOneLine(`has no column ${quoted(name)}${didYouMean(name, names)}`), { place: file })

interface OutcomeContext {
  readonly columns: readonly InferredColumn[]
  readonly columnOf: (name: string) => InferredColumn
  readonly inputError: (problem: string) => SpillwayError
}

function chosenOutcome(text: string, { columns, columnOf, inputError }: OutcomeContext): OutcomeChoice {
  const isColumn = columns.some(({ name }) => name === text)
  const [, name, value] = (isColumn ? undefined : /^(.+)=([^=]*)$/.exec(text)) ?? [text, text]
  const column = columnOf(name)
  const values = (column.valueCounts ?? []).map(([counted]) => String(counted))
  const truth = value === undefined ? likelyTruth(column) : truthFor(column, value)
  if (truth !== undefined)
    return {
      column: name,
      truth,
      share: trueShare(column, truth),
      isNamed: true,
      reason: `as you chose, and ${outcomeShareText(column, truth)}`,
    }
  if (values.length === 0)
    throw inputError(
      `has ${column.distinct} different values in ${quoted(name)}, and an outcome has few; ` +
        'give --outcome a different column, or --outcome none, and write the label by hand',
    )
  throw inputError(
    `has the values ${values.map(quoted).join(', ')} in ${quoted(name)}${value === undefined ? '' : `, and not ${quoted(value)}`}; ` +
      `name the one that is true: --outcome ${quoted(`${name}=${values[0]}`)}`,
  )
}

/** The value that the person wrote, as the file has it. */
function truthFor(column: InferredColumn, text: string): OutcomeChoice['truth'] | undefined {
  const match = (column.valueCounts ?? []).find(([value]) => String(value) === text)?.[0]
  if (match === undefined) return undefined
  if (column.type === 'bool') return match === (column.words?.yes ?? 'true')
  return ['int', 'double', 'decimal'].includes(column.type) ? Number(match) : text
}

const quoted = (text: string): string => JSON.stringify(text)
