/**
 * Generates the `pipeline.ts` of `init --from FILE` where a column is the outcome of events. It decides live, without the outcome, and
 * `spillway audit` audits it over the file. Guesses are marked as guesses.
 */
import { inOneLine } from '../../base/index.ts'
import {
  columnTypeCode,
  fieldCode,
  inferredComment,
  keyColumnName,
  keyTypeCode,
  mapHelpers,
  quantityColumns,
  quotedLiteral,
  rawFieldCode,
  unusualModelCode,
} from './inferred-code.ts'
import { ROW_ID, SERIES_KEY, type PlannedColumn, type PlannedOutcome, type PlannedSource } from './inferred-source.ts'
import { displayName, type Inference } from './inferences.ts'

/** The text of `pipeline.ts` with its sources and guesses. */
export interface LabelledPipeline {
  readonly text: string
  /** Names of the sources of events and of outcomes, each read from the file. */
  readonly sources: readonly [events: string, outcomes: string]
  /** The guesses, a sentence each. */
  readonly guesses: readonly string[]
}

const BUDGET = '10%'

/** `undefined` if no column can be the outcome. `file` is the file's name. */
export function labelledPipeline(source: PlannedSource, file: string, inferences: readonly Inference[]): LabelledPipeline | undefined {
  const [outcome] = source.outcomes
  if (!outcome) return undefined
  const sources = [source.name, source.name === 'outcomes' ? 'came' : 'outcomes'] as const
  const guesses = [
    `LABEL is a guess: ${inOneLine(`the outcome is ${JSON.stringify(outcome.column.field)} (${outcome.reason})`)}`,
    ...knownAfterGuess(source),
    `WORTH is a guess: ${BUDGET.replace('%', ' %')} of the events may be acted on, and all correct predictions have the same value`,
  ]
  const parts = [
    headText(source, file, outcome, inferences),
    guessText(source, guesses),
    eventsText(source),
    outcomesText(source, outcome, sources[1]),
    groupsText(source),
    modelsText(source, outcome),
  ]
  return { text: parts.join('\n'), sources, guesses }
}

function knownAfterGuess({ outcomeTime, longestDelay = 0, knownAfter }: PlannedSource): string[] {
  if (!outcomeTime)
    return [
      `KNOWN_AFTER is a guess: the outcome is known ${knownAfter} min after the event, and an action is in time until then; the latency limits of ingestion, inference and actions follow from it`,
    ]
  if (longestDelay < knownAfter * 60_000) return []
  return [
    `KNOWN_AFTER is a guess: outcomes that are known later than ${knownAfter} min after the event count as false, since the history is short`,
  ]
}

/** The reason why there is nothing to audit. */
export const noOutcomeText = (file: string, isOmitted: boolean): string =>
  isOmitted
    ? 'nothing to audit, since you chose no outcome'
    : `nothing to audit: no column of ${displayName(file)} looks like the outcome of an event (true or false, 0 or 1, yes or no)`

function headText(source: PlannedSource, file: string, { column }: PlannedOutcome, inferences: readonly Inference[]): string {
  const guessed = knownAfterGuess(source).length === 0 ? 'LABEL and WORTH' : 'LABEL, KNOWN_AFTER and WORTH'
  const { id, eventColumns } = source
  const row = id
    ? ''
    : `
/** The id of an event: all that is known at it, since no column is an id. */
const rowOf = (raw: Record<string, any>): string => [${eventColumns.map(rawFieldCode).join(', ')}].join(' ')
`
  return `// Decides at each event of ${displayName(file)}: 'unusual' by a rule, at once; ${inOneLine(quotedLiteral(column.name))} by a model that predicts the outcome, once one is trained.
// A starting point; change it to your needs.
//
${inferredComment(inferences)}
//
// ${guessed} are guesses, and all results of an audit depend on them. Correct them and remove their sentences from
// \`guessed\`: the report repeats these sentences.
import { caught, count, entity, features, labelFrom, model, on, pipeline, rules, source, stream, t, worth } from 'spillway'
${mapHelpers([...usedColumns(source), column, ...(source.outcomeTime ? [source.outcomeTime] : [])])}${row}`
}

function guessText(source: PlannedSource, guesses: readonly string[]): string {
  const { time, outcomeTime, knownAfter, columns } = source
  const times = columns.filter(column => column.type === 'timestamp' && column !== time)
  const others = times.length > 0 ? `; a column may hold that time: ${times.map(({ field }) => displayName(field)).join(', ')}` : ''
  const meaning = outcomeTime
    ? `from an event to its ${displayName(outcomeTime.field)}, at most`
    : `from an event until its outcome is known, and an action comes too late${others}`
  return `const guessed = [
${guesses.map(text => `  ${quotedLiteral(text)},`).join('\n')}
]

const KNOWN_AFTER = ${knownAfter} // minutes: ${meaning}
${outcomeTime && !outcomeTime.nullable ? '' : `\n${laterText(time)}\n`}
const keyed = entity('${keyColumnName(source)}', ${keyTypeCode(source)})
`
}

/** The function `later`, which adds KNOWN_AFTER to a time in the format of its column, so that the column's time zone still applies. */
function laterText({ timeFormat: written }: PlannedColumn): string {
  if (written === 'offset') return `const later = (at: string) => Date.parse(at.trim().replace(' ', 'T')) + KNOWN_AFTER * 60_000`
  if (written === 'epoch' || written === 'seconds') return 'const later = (at: number | string) => Number(at) + KNOWN_AFTER * 60_000'
  return `/** For a local time, without an offset. */
function later(at: string): string {
  const ms = Date.parse(\`\${at.trim().slice(0, 10)}T\${at.trim().slice(11) || '00:00'}Z\`)
  return new Date(ms + KNOWN_AFTER * 60_000).toISOString().slice(0, -1)
}`
}

function eventsText(source: PlannedSource): string {
  const { name, key, time, id } = source
  const columns = usedColumns(source)
  const schema = [
    ...(id ? [] : [`${ROW_ID}: t.string()`]),
    ...(key ? [] : [`${SERIES_KEY}: keyed`]),
    ...columns.map(column => `${column.name}: ${columnTypeCode(column, source)}`),
  ]
  const fields = [
    ...(id ? [] : [`${ROW_ID}: rowOf(raw),`]),
    ...(key ? [] : [`${SERIES_KEY}: 'all',`]),
    ...columns.map(column => `${column.name}: ${fieldCode(column)},`),
  ]
  const needed = columns.filter(column => !column.nullable).map(({ field }) => displayName(field))
  return `/** The columns that are known at the event; others of the ${source.origin} can be added. A live record has no outcome yet. */
// A live record needs ${needed.join(', ')}.
export const events = source('${name}', {
  schema: {
${schema.map(line => `    ${line},`).join('\n')}
  },
  key: '${keyColumnName(source)}',
  time: '${time.name}', // without an offset it is UTC; for a time zone write t.timestamp({ zone: 'Europe/Zurich' }), here and in outcomes
  id: '${id?.name ?? ROW_ID}',
  map: raw => ({
${fields.map(line => `    ${line}`).join('\n')}
  }),
  mapVersion: '1',
  // Events arrive when they happen. If they arrive later, add arrives: after('3m'), or the column with the ingestion time.
})
`
}

/** The id, key, time and quantity columns; the user may add others. */
function usedColumns(source: PlannedSource): PlannedColumn[] {
  const selected = new Set<PlannedColumn | null | undefined>([source.id, source.key, source.time, ...quantityColumns(source)])
  return source.columns.filter(column => selected.has(column))
}

function outcomesText(source: PlannedSource, outcome: PlannedOutcome, name: string): string {
  const { id } = source
  return `/** The outcome of each event with its time. In the ${source.origin} both are one record; live it comes when it is known, and names its event. */
export const outcomes = source('${name}', {
  schema: { event: ${id ? `t.${id.type}()` : 't.string()'}, happened: t.bool().nullable(), at: t.timestamp() },
  key: 'event',
  time: 'at',
  map: raw => ({
    event: ${id ? rawFieldCode(id) : 'rowOf(raw)'},
    happened: ${outcomeCode(outcome)}, // LABEL
    at: ${outcomeTimeCode(source)},
  }),
  mapVersion: '1',
})
`
}

/** The expression for the time of the outcome. */
function outcomeTimeCode({ time, outcomeTime }: PlannedSource): string {
  const raw = rawFieldCode(time)
  const known = `later(${fieldCode({ ...time, hasGaps: false })})`
  const latest = time.hasGaps ? `${raw} == null ? ${raw} : ${known}` : known
  if (!outcomeTime) return latest
  if (!outcomeTime.nullable) return fieldCode(outcomeTime)
  return `${rawFieldCode(outcomeTime)} == null ? ${time.hasGaps ? `(${latest})` : latest} : ${fieldCode({ ...outcomeTime, nullable: false })}`
}

/** The expression for the outcome. An unknown outcome stays NULL. */
function outcomeCode({ column, truth }: PlannedOutcome): string {
  const raw = rawFieldCode(column)
  if (truth === true) return fieldCode(column)
  const text = typeof truth === 'number' ? `Number(${raw}) === ${truth}` : `${raw} === ${quotedLiteral(String(truth))}`
  const isTrue = truth === false ? falseCode(column, raw) : text
  return column.nullable ? `${raw} == null ? null : ${isTrue}` : isTrue
}

/** The expression for a bool column that is false. */
const falseCode = (column: PlannedColumn, raw: string): string =>
  column.words ? `!${fieldCode({ ...column, nullable: false })}` : `String(${raw}).toLowerCase() === 'false'`

function groupsText(source: PlannedSource): string {
  const { short, long } = source.windows
  const group = (name: string, span: string): string => `export const ${name} = features('${name}', {
  from: events,
  entity: keyed,
  place: stream,
  values: e => ({
    n: count('${span}', { before: true }),
${quantityColumns(source)
  .map(({ name: column }) => `    mean_${column}: e.${column}.mean('${span}', { before: true }),\n`)
  .join('')}  }),
})
`
  return `/** Recent and usual values in two feature groups, so that the audit finds a freshness threshold for each. */
${group('recent', short)}
${group('usual', long)}`
}

function modelsText(source: PlannedSource, { column }: PlannedOutcome): string {
  const quantities = quantityColumns(source).map(({ name }) => `, ${name}: e.${name}`)
  const money = quantityColumns(source).find(({ type, nullable }) => type === 'decimal' && !nullable)
  const { outcomeTime, unit } = source
  const horizon = outcomeTime ? 'KNOWN_AFTER' : '2 * KNOWN_AFTER'
  return `${unusualModelCode(source, 'usual', column.name === 'unusual' ? 'unusual_event' : 'unusual')}
export const foreseen = model('${column.name}', {
  decide: on(events),
  inputs: e => ({ recent: recent.of(e.${keyColumnName(source)}), usual: usual.of(e.${keyColumnName(source)})${quantities.join('')} }),
  label: labelFrom(outcomes, { join: 'event', value: o => o.happened, negativeAfter: \`\${${horizon}}m\` }),
  train: { algorithm: 'logistic' },
})

// In dollars: caught({ budget: '${BUDGET}', unit: ${quotedLiteral(unit)}, dollars: 20, wrong: 1 }), or ${money ? `money({ saves: '${money.name}', wrong: 1, budget: '${BUDGET}' })` : `money({ saves: 20, wrong: 1, budget: '${BUDGET}' })`}. The page docs/guides/worth.md of Spillway lists all value functions.
const value = worth(foreseen, caught({ budget: '${BUDGET}', unit: ${quotedLiteral(unit)} }), { assumes: guessed }) // WORTH

export default pipeline('${source.name}', [unusual, foreseen, value])
`
}
