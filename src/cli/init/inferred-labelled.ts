/** Generates the `audit.ts` of `init --from FILE`, with which `spillway audit` runs over that file. Guesses are marked as guesses. */
import {
  columnTypeCode,
  quantityColumns,
  fieldCode,
  keyColumnName,
  keyTypeCode,
  mapHelpers,
  quotedLiteral,
  rawFieldCode,
} from './inferred-code.ts'
import { inOneLine } from '../../base/index.ts'
import { shellWord } from '../command/print.ts'
import { ROW_ID, SERIES_KEY, displayName, type PlannedColumn, type PlannedOutcome, type PlannedSource } from './inferred-source.ts'

/** The text of `audit.ts` with its sources and guesses. */
export interface InferredAudit {
  readonly text: string
  /** Names of the sources, each read from the file. */
  readonly sources: readonly string[]
  /** The guesses, a sentence each. */
  readonly guesses: readonly string[]
}

const BUDGET = '10%'

/** `undefined` if no column can be the outcome. `file` is the file's name, `events` its path from the project's folder. */
export function auditCode(source: PlannedSource, file: string, events: string): InferredAudit | undefined {
  const [outcome] = source.outcomes
  if (!outcome) return undefined
  const sources = [source.name, source.name === 'outcomes' ? 'came' : 'outcomes']
  const guessed = [
    `LABEL is a guess: ${inOneLine(`the outcome is ${JSON.stringify(outcome.column.field)} (${outcome.reason})`)}`,
    `KNOWN_AFTER is a guess: the outcome is known ${source.knownAfter} min after the event, and an action is in time until then; the latency limits of ingestion, inference and actions follow from it`,
    `WORTH is a guess: ${BUDGET.replace('%', ' %')} of the events may be acted on, and all correct predictions have the same value`,
  ]
  const parts = [
    headText(source, { file, events, outcome: outcome.column }, sources),
    guessText(source, guessed),
    eventsText(source),
    outcomesText(source, outcome, sources[1]),
    groupsText(source),
    modelText(source, outcome),
  ]
  return { text: parts.join('\n'), sources, guesses: guessed }
}

/** The reason why there is no `audit.ts`. */
export const noOutcomeText = (file: string, isOmitted: boolean): string =>
  isOmitted
    ? 'no audit.ts, since you chose no outcome'
    : `no audit.ts: no column of ${displayName(file)} looks like the outcome of an event (true or false, 0 or 1, yes or no)`

function headText(
  source: PlannedSource,
  { file, events, outcome }: { readonly file: string; readonly events: string; readonly outcome: PlannedColumn },
  sources: readonly string[],
): string {
  const times = source.columns.filter(column => column.type === 'timestamp' && column !== source.time)
  const others = times.length > 0 ? `; a column may hold that time: ${times.map(time => displayName(time.field)).join(', ')}` : ''
  return `// Measures the loss if the features at each event of ${displayName(file)} were older. A first audit; replace the guesses in it:
//
//     npx spillway audit audit.ts ${sources.map(name => `--source ${shellWord(`${name}=${events}`)}`).join(' ')}
//
// Two lines are guesses, and all results depend on them: LABEL is the outcome of an event, WORTH the value of a correct prediction.
// Correct them and remove their sentences from \`guessed\`: the report repeats these sentences.
// KNOWN_AFTER is the time from an event until its outcome is known and an action comes too late${others}.
import { caught, count, entity, features, labelFrom, model, on, pipeline, source, stream, t, worth } from 'spillway'
${mapHelpers([...usedColumns(source), outcome])}`
}

const guessText = (source: PlannedSource, guessed: readonly string[]): string =>
  `const guessed = [
${guessed.map(text => `  ${quotedLiteral(text)},`).join('\n')}
]

const KNOWN_AFTER = ${source.knownAfter} // minutes
${laterText(source.time)}

const keyed = entity('${keyColumnName(source)}', ${keyTypeCode(source)})
`

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
    ...(id ? [] : [`${ROW_ID}: ${wholeRow}, // no column is an id, so the whole record is the id`]),
    ...(key ? [] : [`${SERIES_KEY}: 'all',`]),
    ...columns.map(column => `${column.name}: ${fieldCode(column)},`),
  ]
  return `/** The columns that are known at the event. Leave out columns that are filled in later. */
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
})
`
}

const wholeRow = `Object.values(raw).join(' ')`

/** The id, key, time and quantity columns; the user may add others. */
function usedColumns(source: PlannedSource): PlannedColumn[] {
  const selected = new Set<PlannedColumn | null | undefined>([source.id, source.key, source.time, ...quantityColumns(source)])
  return source.columns.filter(column => selected.has(column))
}

function outcomesText({ id, time }: PlannedSource, outcome: PlannedOutcome, name: string): string {
  return `/** The outcome of each event with its time, read from the same records. */
export const outcomes = source('${name}', {
  schema: { event: ${id ? `t.${id.type}()` : 't.string()'}, happened: t.bool().nullable(), at: t.timestamp() },
  key: 'event',
  time: 'at',
  map: raw => ({
    event: ${id ? rawFieldCode(id) : wholeRow},
    happened: ${outcomeCode(outcome)}, // LABEL
    at: ${time.hasGaps ? `${rawFieldCode(time)} == null ? ${rawFieldCode(time)} : ` : ''}later(${fieldCode({ ...time, hasGaps: false })}),
  }),
  mapVersion: '1',
})
`
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

function modelText(source: PlannedSource, { column }: PlannedOutcome): string {
  const quantities = quantityColumns(source).map(({ name }) => `, ${name}: e.${name}`)
  const money = quantityColumns(source).find(({ type, nullable }) => type === 'decimal' && !nullable)
  return `export const foreseen = model('${column.name}', {
  decide: on(events),
  inputs: e => ({ recent: recent.of(e.${keyColumnName(source)}), usual: usual.of(e.${keyColumnName(source)})${quantities.join('')} }),
  label: labelFrom(outcomes, { join: 'event', value: o => o.happened, negativeAfter: \`\${2 * KNOWN_AFTER}m\` }),
  train: { algorithm: 'logistic' },
})

// In dollars: caught({ budget: '${BUDGET}', unit: ${quotedLiteral(source.unit)}, dollars: 20, wrong: 1 }), or ${money ? `money({ saves: '${money.name}', wrong: 1, budget: '${BUDGET}' })` : `money({ saves: 20, wrong: 1, budget: '${BUDGET}' })`}. The page docs/guides/worth.md of Spillway lists all value functions.
const value = worth(foreseen, caught({ budget: '${BUDGET}', unit: ${quotedLiteral(source.unit)} }), { assumes: guessed }) // WORTH

export default pipeline('${source.name}', [foreseen, value])
`
}

/** A code example of a label. */
export interface LabelHint {
  /** The case for which the label fits, in words. */
  readonly for: string
  /** The name to add to the imports from `spillway`. */
  readonly imports: string
  /** Lines to insert before the model, if any. */
  readonly before: readonly string[]
  /** The option of the model. */
  readonly label: string
}

/** The labels that are possible with the columns of the source. */
export function labelHints(source: PlannedSource): LabelHint[] {
  const { id } = source
  const [quantity] = quantityColumns(source)
  const begins: LabelHint[] = quantity
    ? [
        {
          for: `an episode that begins later, such as ${quantity.name} above a bound of yours`,
          imports: 'begins',
          before: [],
          label: `label: begins(events, e => e.${quantity.name}.gt(100), { within: '1h', lasting: '0s', maxGap: '1d' }),`,
        },
      ]
    : []
  const from: LabelHint[] = id
    ? [
        {
          for: 'outcomes in a file of their own, each with the id of its event',
          imports: 'labelFrom',
          before: [
            `const outcomes = source('outcomes', { schema: { event: t.${id.type}(), happened: t.bool(), at: t.timestamp() }, key: 'event', time: 'at' })`,
          ],
          label: `label: labelFrom(outcomes, { join: 'event', value: o => o.happened, negativeAfter: '1d' }),`,
        },
      ]
    : []
  return [...begins, ...from]
}

/** The hints as lines of text. */
export const labelHintLines = (hints: readonly LabelHint[]): string[] =>
  hints.length === 0
    ? ['A label needs a column that names each event (its id), or a quantity; the file has neither.']
    : [
        'A first audit needs a label on the model of pipeline.ts:',
        ...hints.flatMap(hint => [
          `  for ${hint.for}:`,
          `    import { ${hint.imports} } from 'spillway'`,
          ...[...hint.before, hint.label].map(line => `    ${line}`),
        ]),
      ]
