/** Generates the project of `init --from FILE` or `--from-topic`: a pipeline over the columns of its records, its test, and its settings. */
import { basename } from 'node:path'
import type { InferredSchema } from '../../files/index.ts'
import { auditWarnings } from './audit-warnings.ts'
import {
  columnTypeCode,
  fieldCode,
  inferredComment,
  isIdentifier,
  keyColumnName,
  keyTypeCode,
  mapHelpers,
  quantityColumns,
  quotedLiteral,
  unusedColumns,
  unusualModelCode,
} from './inferred-code.ts'
import { labelledPipeline, noOutcomeText } from './inferred-labelled.ts'
import { plannedSource, SERIES_KEY, type PlannedColumn, type PlannedSource } from './inferred-source.ts'
import { displayName, type Inference } from './inferences.ts'
import { type LabelHint, labelHints } from './label-hints.ts'

/** A generated project. */
export interface GeneratedProject {
  /** Contents by path. */
  readonly files: Readonly<Record<string, string>>
  /** The name of the source of events. */
  readonly source: string
  /** With `--from`: the sources that the file feeds, and the guesses in `pipeline.ts`; or the reason why there is nothing to audit. */
  readonly audit?: ProjectAudit | { readonly why: string; readonly labels: readonly LabelHint[] }
  /** With `--from`: number of records that were looked at. */
  readonly sampled?: number
  /** With `--from`: each inference with its evidence. */
  readonly inferences?: readonly Inference[]
  /** With `--from`: warnings for a person, a sentence each. */
  readonly warnings?: readonly string[]
}

/** The names of the sources of an audit, and the guesses that it depends on, as sentences. */
interface ProjectAudit {
  readonly sources: readonly string[]
  readonly guessed: readonly string[]
}

/** A topic that a project reads, in place of a file. */
export interface ProjectTopic {
  readonly topic: string
  /** Its address, as a run reads it. */
  readonly feed: string
}

/**
 * `path` is the file as the user named it, or the address of a topic; `events` is its path from the project's folder. Throws like
 * `plannedSource`.
 */
export function inferredProject(
  schema: InferredSchema,
  path: string,
  events: string,
  unit?: string,
  topic?: ProjectTopic,
): GeneratedProject {
  const source = plannedSource(schema, path, unit, topic?.topic)
  const file = basename(path)
  const unused = [...unusedColumns(source)].map(([evidence, columns]) => ({
    of: 'no feature',
    value: columns.map(({ field }) => displayName(field)).join(', '),
    evidence,
  }))
  const inferences = [...source.inferences, ...unused]
  const labelled = labelledPipeline(source, file, inferences)
  const sources = labelled?.sources ?? [source.name]
  return {
    files: {
      'pipeline.ts': labelled?.text ?? plainPipeline(source, file, inferences),
      'pipeline.test.ts': testText(source),
      'spillway.config.ts': topic ? topicConfigText(sources, topic.feed) : configText(sources, events),
      'event.json': `${JSON.stringify(schema.live)}\n`,
    },
    source: source.name,
    audit: labelled
      ? { sources, guessed: labelled.guesses }
      : { why: noOutcomeText(file, schema.omitted.has('outcome')), labels: labelHints(source) },
    inferences,
    sampled: source.sampled,
    warnings: [...source.warnings, ...auditWarnings(source, schema)],
  }
}

/** The `spillway.config.ts` of a project whose sources all read the file `events`. */
export function configText(sources: readonly string[], events: string): string {
  return `// The settings of this project, so that spillway replay, audit and run need no arguments. Arguments replace them.
import { defineConfig } from 'spillway/config'

export default defineConfig({
  pipeline: 'pipeline.ts',
  data: '.spillway', // the folder of spillway run
  sources: {
${sources.map(name => `    ${name}: { history: ${quotedLiteral(events)} },\n`).join('')}  },
})
`
}

/** The `spillway.config.ts` of a project whose sources all read a topic, which is their history too. */
function topicConfigText(sources: readonly string[], feed: string): string {
  return `// The settings of this project, so that spillway replay, audit and run need no arguments. Arguments replace them.
// The brokers are those of KAFKA_BROKERS${feed.includes('value=') ? ', the schema registry that of SCHEMA_REGISTRY' : ''}. For a login or TLS write kafka({ … }) in place of the address.
import { defineConfig } from 'spillway/config'

const topic = ${quotedLiteral(feed)}

export default defineConfig({
  pipeline: 'pipeline.ts',
  data: '.spillway', // the folder of spillway run
  sources: {
${sources.map(name => `    ${name}: { feed: topic, history: topic },\n`).join('')}  },
})
`
}

function plainPipeline(source: PlannedSource, file: string, inferences: readonly Inference[]): string {
  const { name, eventColumns, time, id, isMapped: mapped } = source
  const key = keyColumnName(source)
  return `// Decides for each event of ${displayName(file)} whether it is unusual. A starting point; change it to your needs.
//
${inferredComment(inferences)}
import { count, entity, features, model, on, pipeline, rules, source, stream, t } from 'spillway'
${mapped ? mapHelpers(eventColumns) : ''}
const keyed = entity('${key}', ${keyTypeCode(source)}) // what features belong to

export const events = source('${name}', {
  schema: {
${[...(source.key ? [] : [`${SERIES_KEY}: keyed`]), ...eventColumns.map(column => `${column.name}: ${columnTypeCode(column, source)}`)].map(line => `    ${line},`).join('\n')}
  },
  key: '${key}',
  time: '${time.name}', // without an offset it is UTC; for a time zone write t.timestamp({ zone: 'Europe/Zurich' })
${id ? `  id: '${id.name}',\n` : ''}${mapped ? mapText(source) : ''}  // Events arrive when they happen. If they arrive later, add arrives: after('3m'), or the column with the ingestion time.
})

export const past = features('past', {
  from: events,
  entity: keyed,
  place: stream,
  values: e => ({
${featureLines(source).join('\n')}
  }),
})

${unusualModelCode(source, 'past', 'unusual')}
export default pipeline('${name}', [unusual])
`
}

function mapText({ eventColumns, key, origin }: PlannedSource): string {
  const fields = eventColumns.map(column => `    ${column.name}: ${fieldCode(column)},`)
  return `  // Converts a record of the ${origin} to the columns above.
  map: raw => ({
${[...(key ? [] : [`    ${SERIES_KEY}: 'all',`]), ...fields].join('\n')}
  }),
  mapVersion: '1',
`
}

function featureLines(source: PlannedSource): string[] {
  const columns = quantityColumns(source)
  const { day, long } = source.windows
  const numbers = columns.flatMap(({ name }) => [
    `    mean_${name}: e.${name}.mean('${long}', { before: true }),`,
    `    last_${name}: e.${name}.last('${long}', { before: true }),`,
  ])
  return [
    ...(numbers.length > 0 ? [] : ['    // No column is a quantity, so the only feature is the number of events.']),
    `    n: count('${day}'),`,
    ...numbers,
  ]
}

function testText(source: PlannedSource): string {
  const { isMapped, outcomes, origin } = source
  const [first] = quantityColumns(source)
  const key = source.key?.type === 'int' ? '1' : source.key ? "'k1'" : "'all'"
  const records = first ? [2, 6] : [1, 1]
  const isLabelled = outcomes.length > 0
  const group = isLabelled ? 'usual' : 'past'
  const title = first
    ? 'an event of three times the previous mean is unusual'
    : isLabelled
      ? 'an event is decided before its outcome is known'
      : 'events are counted by their key'
  return `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testing } from 'spillway/testing'
import pipeline, { events, ${isLabelled ? 'foreseen, unusual' : 'past, unusual'} } from './pipeline.ts'

test('${title}', async () => {
  const run = await testing(pipeline, { at: '2026-01-01T00:00Z' })
${isMapped ? `  // The source has a map, so it takes records in the format of the ${origin}${isLabelled ? '; their outcome is not known yet' : ''}.\n` : ''}  await run.send(events, [
${records.map((value, i) => `    { ${recordFields(source, first, value, i).join(', ')} },`).join('\n')}
  ])
${isLabelled ? '  assert.equal(run.decisions(foreseen).length, 2) // without a score until a model is trained\n' : `  assert.equal(run.features(past, ${key}).n, 2)\n`}${first ? `  assert.deepEqual(run.decisions(unusual).map(({ vector }) => vector.${group}.mean_${first.name}), [null, 2])\n` : ''}  assert.deepEqual(run.decisions(unusual).map(({ score }) => score), [0.1, ${first ? '0.9' : '0.1'}])
})
`
}

function recordFields(
  { eventColumns, key, id, time, isMapped: mapped }: PlannedSource,
  first: PlannedColumn | undefined,
  value: number,
  i: number,
): string[] {
  const values = eventColumns
    .filter(column => !column.nullable || column === first)
    .map(column => [mapped ? (column.path ?? [column.field]) : [column.name], valueOf(column)] as const)
  function valueOf(column: PlannedColumn): string {
    if (column === first) return column.numbers ? `'${value}'` : String(value)
    if (column.type === 'timestamp') return exampleTime(column, column === time ? i : 0)
    if (column === id) return column.type === 'string' ? `'${i + 1}'` : String(i + 1)
    if (column.words) return quotedLiteral(column.words.yes)
    if (column.numbers) return "'1'"
    return column === key && column.type === 'string' ? "'k1'" : examples[column.type]
  }
  return objectFields(values)
}

/** The fields of an object literal. Paths of several names become nested objects. */
function objectFields(values: readonly (readonly [path: readonly string[], value: string])[]): string[] {
  const byName = Map.groupBy(values, ([[name]]) => name)
  return [...byName].map(([name, entries]) => {
    const nested = entries.filter(([path]) => path.length > 1).map(([[, ...path], value]) => [path, value] as const)
    return `${isIdentifier(name) ? name : quotedLiteral(name)}: ${nested.length > 0 ? `{ ${objectFields(nested).join(', ')} }` : entries[0][1]}`
  })
}

/** A time in the format of the file. */
const exampleTime = ({ timeFormat: written }: PlannedColumn, second: number): string =>
  written === 'seconds' ? String(Date.UTC(2026, 0, 1, 0, 0, second) / 1000) : `'2026-01-01T00:00:0${second}Z'`

const examples = {
  int: '1',
  decimal: '1',
  double: '1',
  bool: 'true',
  duration: "'1m'",
  string: "'x'",
} as const
