/** `spillway features`: computes the features of a key from the log, as of now or a past time. A run may hold the folder. */
import { inspect } from 'node:util'
import { wallClock } from '../../base/clock.ts'
import { SpillwayError } from '../../base/errors.ts'
import { unknownNameError } from '../../base/did-you-mean.ts'
import type { FeatureValue } from '../../decision/feature-value.ts'
import type { GroupIR, PipelineIR } from '../../define/ir/ir.ts'
import { withFolderReader } from '../../log/sqlite/data-folder.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import { featuresFromLog, type FeaturesAt } from '../../run/history/features-at.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-option.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { pluralize, formatNumber } from '../command/text-format.ts'
import { parseTime, timeText } from '../command/time-text.ts'
import { printEach } from '../command/print.ts'

interface Request {
  readonly path: string
  readonly key: string
  readonly group: string | undefined
  readonly at: number | undefined
  readonly json: boolean
}

/** The command `spillway features`. */
export const featuresCommand: Command = {
  name: 'features',
  usage: 'PIPELINE KEY',
  summary: 'compute the features of a key from the log of a run, as of now or of a past time',
  options: {
    group: { type: 'string', value: 'NAME', help: 'only this group (default: all groups with as many key columns)' },
    at: { type: 'string', value: 'TIME', help: 'as of this time: ISO 8601 with its offset, or UTC ms (default: now)' },
    data: dataOption,
    json: { type: 'boolean', help: 'print each group as a line of JSON, and nothing else' },
  },
  async run(values, positionals) {
    const request = requestOf(values, positionals)
    const { ir } = await importPipeline(request.path)
    const groups = groupsOf(ir, request)
    return withFolderReader(dataFolderOf(values), reader => {
      const t = request.at ?? now(reader)
      const answers = groups.map(({ group, key }) => featuresFromLog(ir, reader, { group, key, t }))
      printEach(answers, { json: request.json, textOf: answer => featuresText(answer, ir), jsonOf, between: '\n' })
      return 0
    })
  },
}

/** Throws `UsageError`. */
function requestOf(values: Readonly<Record<string, unknown>>, [path, key, ...extra]: readonly string[]): Request {
  if (path === undefined || key === undefined) throw new UsageError('name the pipeline file and a key')
  if (extra.length > 0) throw new UsageError(`expected one key, but also got ${extra.join(', ')}; write the parts of a key as a,b`)
  const { group, at, json = false } = values as { group?: string; at?: string; json?: boolean }
  return { path, key, group, at: at === undefined ? undefined : parseTime('--at', at), json }
}

/** The wall clock, or the log's last ingestion time if that is later, so that all events of the log are visible. */
const now = (reader: SqliteReader): number => Math.max(wallClock(), reader.lastSegment()?.arrival ?? -Infinity)

interface GroupKey {
  readonly group: GroupIR
  readonly key: readonly string[]
}

/** The feature groups whose key fits. A comma separates parts of a key, but may also be part of a single text. */
function groupsOf(ir: PipelineIR, { group: name, key }: Request): GroupKey[] {
  const parts = key.split(',')
  const keyOf = (group: GroupIR) => (group.key.length === 1 ? [key] : parts)
  if (name !== undefined) {
    const group = ir.groups.find(candidate => candidate.name === name)
    const names = ir.groups.map(candidate => candidate.name)
    if (!group) throw unknownNameError(ir.name, 'group', name, names)
    if (group.key.length !== keyOf(group).length)
      throw new SpillwayError('SPILL_KEY', `group '${name}' is keyed by ${group.key.join(',')}; write ${group.key.length} values, a,b`)
    return [{ group, key: keyOf(group) }]
  }
  const fitting = ir.groups.filter(group => group.key.length === parts.length)
  const groups = fitting.length > 0 ? fitting : ir.groups.filter(group => group.key.length === 1)
  if (groups.length > 0) return groups.map(group => ({ group, key: keyOf(group) }))
  const groupKeys = ir.groups.map(group => `${group.name} by ${group.key.join(',')}`)
  throw new SpillwayError('SPILL_KEY', `no group of pipeline '${ir.name}' has a key like '${key}'; there is ${groupKeys.join('; ')}`)
}

/** Refused features are a separate field, so that no refusal is read as a value. */
function jsonOf({ features, ...rest }: FeaturesAt): unknown {
  const all = Object.entries(features)
  const values = all.flatMap(([name, feature]) => ('value' in feature ? [[name, feature.value] as const] : []))
  const refused = all.flatMap(([name, feature]) => ('refused' in feature ? [[name, feature.refused] as const] : []))
  return { ...rest, features: Object.fromEntries(values), ...(refused.length > 0 && { refused: Object.fromEntries(refused) }) }
}

function featuresText({ group, key, t, clock, known, ofKey, features }: FeaturesAt, ir: PipelineIR): string {
  const { source } = ir.groups.find(({ name }) => name === group)!
  const keyText = Object.entries(key).map(([name, value]) => `${name} ${value}`)
  const at = clock === null ? 'before the first run of its schedule' : `at ${timeText(clock)}`
  const eventsText = ofKey === 0 ? `never seen up to ${timeText(t)}` : `${pluralize(ofKey, 'event')} up to ${timeText(t)}`
  const width = Math.max(...Object.keys(features).map(name => name.length))
  return [
    `${group}  ${keyText.join('  ')}  ${at}`,
    `  ${eventsText}; ${formatNumber(known)} of '${source}' visible`,
    ...Object.entries(features).map(([name, feature]) => `  ${name.padEnd(width)}  ${valueText(feature)}`),
  ].join('\n')
}

function valueText(feature: FeatureValue): string {
  if ('refused' in feature) return `refused: ${feature.refused.why}`
  return feature.value === null ? 'NULL' : inspect(feature.value, { breakLength: Infinity, maxArrayLength: 20 })
}
