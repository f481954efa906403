/** The project of `init --from FILE`: a pipeline over the file's columns, and its test. */
import { basename } from 'node:path'
import { inOneLine } from '../../base/show.ts'
import type { InferredSchema } from '../../files/infer.ts'
import { auditText, noOutcome } from './inferred-audit.ts'
import { labelHints } from './label-hints.ts'
import { declared, featured, fieldOf, isName, keyName, keyType, mapHelpers, quoted } from './inferred-code.ts'
import { plannedSource, SERIES, shownName, unclearText, type PlannedColumn, type PlannedSource } from './inferred-source.ts'
import type { Project } from './generated-project.ts'

/** `path` is the file, as it was given; `events` is it as a command in the project's folder names it. Throws as `plannedSource` does. */
export function inferredProject(schema: InferredSchema, path: string, events: string): Project {
  const source = plannedSource(schema, path)
  const file = basename(path)
  const audit = auditText(source, file, events)
  return {
    files: { 'pipeline.ts': pipelineText(source, file), 'pipeline.test.ts': testText(source), ...(audit && { 'audit.ts': audit.text }) },
    source: source.name,
    audit: audit ? { sources: audit.sources, guessed: audit.guessed } : { why: noOutcome(file), labels: labelHints(source) },
    unclear: schema.unclear.map(unclearText),
  }
}

function pipelineText(source: PlannedSource, file: string): string {
  const { name, columns, time, id, mapped, reasons } = source
  const key = keyName(source)
  const [first] = featured(source)
  return `// Decides at each event of ${shownName(file)} whether it is unusual. A start, for you to change.
//
// What was inferred, and why:
${reasons.map(reason => `//   ${inOneLine(reason)}`).join('\n')}
import { count, entity, features, model, on, pipeline, rules, source, stream, t } from 'spillway'
${source.mapped ? mapHelpers(columns) : ''}
const keyed = entity('${key}', ${keyType(source)}) // what features belong to

export const events = source('${name}', {
  schema: {
${[...(source.key ? [] : [`${SERIES}: keyed`]), ...columns.map(column => `${column.name}: ${declared(column, source)}`)].map(line => `    ${line},`).join('\n')}
  },
  key: '${key}',
  time: '${time.name}', // without an offset it is UTC; t.timestamp({ zone: 'Europe/Zurich' }) says otherwise
${id ? `  id: '${id.name}',\n` : ''}${mapped ? mapText(source) : ''}  // An event counts as known when it happens. If it arrives later: arrives: after('3m'), or the column that holds its arrival.
})

export const past = features('past', {
  from: events,
  entity: keyed,
  place: stream,
  values: e => ({
${featureLines(source).join('\n')}
  }),
})

export const unusual = model('unusual', {
  decide: on(events),
  inputs: e => {
    const before = past.of(e.${key})
    return { past: before${first ? `, value: e.${first.name}, ratio: e.${first.name}.over(before.mean_${first.name})` : ''} }
  },
  score: v => rules([{ when: ${first ? 'v.ratio.gt(2)' : 'v.past.n1d.gt(10)'}, score: 0.9 }], 0.1),
})

export default pipeline('${name}', [unusual])
`
}

function mapText({ columns, key }: PlannedSource): string {
  const fields = columns.map(column => `    ${column.name}: ${fieldOf(column)},`)
  return `  // From a record as the file has it to the columns above.
  map: raw => ({
${[...(key ? [] : [`    ${SERIES}: 'all',`]), ...fields].join('\n')}
  }),
  mapVersion: '1',
`
}

function featureLines(source: PlannedSource): string[] {
  const columns = featured(source)
  const numbers = columns.flatMap(({ name }) => [
    `    mean_${name}: e.${name}.mean('30d', { before: true }),`,
    `    last_${name}: e.${name}.last('30d', { before: true }),`,
  ])
  return [
    ...(numbers.length > 0 ? [] : ['    // No column is a quantity, so that there is only how often.']),
    `    n1d: count('1d'),`,
    ...numbers,
  ]
}

function testText(source: PlannedSource): string {
  const [first] = featured(source)
  const key = source.key?.type === 'int' ? '1' : source.key ? "'k1'" : "'all'"
  const records = first ? [2, 6] : [1, 1]
  const cast = source.mapped ? ' as never' : ''
  return `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testing } from 'spillway/testing'
import pipeline, { events, past, unusual } from './pipeline.ts'

test('${first ? 'an event of three times the mean before it is unusual' : 'events are counted by their key'}', async () => {
  const run = await testing(pipeline, { at: '2026-01-01T00:00Z' })
${source.mapped ? '  // The source has a map, so that it takes records as the file has them.\n' : ''}  await run.send(events, [
${records.map((value, i) => `    { ${recordFields(source, first, value, i).join(', ')} }${cast},`).join('\n')}
  ])
  assert.equal(run.features(past, ${key}).n1d, 2)
${first ? `  assert.deepEqual(run.decisions(unusual).map(({ vector }) => vector.past.mean_${first.name}), [null, 2])\n` : ''}  assert.deepEqual(run.decisions(unusual).map(({ score }) => score), [0.1, ${first ? '0.9' : '0.1'}])
})
`
}

function recordFields(
  { columns, key, id, time, mapped }: PlannedSource,
  first: PlannedColumn | undefined,
  value: number,
  i: number,
): string[] {
  const values = columns
    .filter(column => !column.nullable || column === first)
    .map(column => [mapped ? (column.path ?? [column.field]) : [column.name], valueOf(column)] as const)
  function valueOf(column: PlannedColumn): string {
    if (column === first) return column.numbers ? `'${value}'` : String(value)
    if (column.type === 'timestamp') return timeText(column, column === time ? i : 0)
    if (column === id) return column.type === 'string' ? `'${i + 1}'` : String(i + 1)
    if (column.words) return quoted(column.words.yes)
    if (column.numbers) return "'1'"
    return column === key && column.type === 'string' ? "'k1'" : examples[column.type]
  }
  return objectFields(values)
}

/** The fields of an object, those of objects in it by their paths. */
function objectFields(values: readonly (readonly [path: readonly string[], value: string])[]): string[] {
  const named = Map.groupBy(values, ([[name]]) => name)
  return [...named].map(([name, own]) => {
    const below = own.filter(([path]) => path.length > 1).map(([[, ...path], value]) => [path, value] as const)
    return `${isName(name) ? name : quoted(name)}: ${below.length > 0 ? `{ ${objectFields(below).join(', ')} }` : own[0][1]}`
  })
}

/** As the file would have it. */
const timeText = ({ written }: PlannedColumn, minute: number): string =>
  written === 'seconds' ? String(Date.UTC(2026, 0, 1, 0, minute) / 1000) : `'2026-01-01T00:0${minute}Z'`

const examples = {
  int: '1',
  decimal: '1',
  double: '1',
  bool: 'true',
  duration: "'1m'",
  string: "'x'",
} as const
