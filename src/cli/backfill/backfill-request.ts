/** Parses the options of `spillway backfill`. */
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { didYouMean, timestampMs } from '../../base/index.ts'
import type { RowTimes } from '../../batch/backfill/index.ts'
import { partitionUnits, type PartitionUnit } from '../../offline/index.ts'
import type { SourceFile } from '../../replay/index.ts'
import { historyFiles, historyOption, parseDuration, parseTime, wholeNumber } from '../command/arguments.ts'
import { type ColumnOption, columnOption, columnOptions } from '../command/column-mapping.ts'
import { type OptionSpecs, type OptionValues, type Project, UsageError } from '../command/command.ts'
import { DEFAULT_DATA_FOLDER, dataOption } from '../command/data-folder.ts'

const DEFAULT_LIVE = '30d'
const THREADS_MAX = 999

/** The options of `spillway backfill`. */
export const backfillOptions = {
  group: { multiple: true, value: 'NAME', help: 'only this feature group; may be repeated' },
  source: historyOption,
  column: columnOption,
  data: { ...dataOption, unless: ['source'], help: `without --source, read the log of this data folder [default: ${DEFAULT_DATA_FOLDER}]` },
  out: { value: 'DIR', help: 'the folder of the offline store' },
  at: { value: 'events', help: "a row at each event's ingestion time (the default)" },
  every: { value: '1d', help: 'instead of --at: rows at multiples of this duration, for each active key' },
  live: {
    value: DEFAULT_LIVE,
    help: `a key is active for this long after an event, forever with lifetime [default: ${DEFAULT_LIVE}]`,
  },
  by: { value: 'day|month', help: 'the size of a partition [default: day]' },
  from: {
    value: 'TIME',
    help: 'only partitions that end after this time: 2026-01-01 (UTC), 2026-01-01T00:00Z, or UTC milliseconds',
  },
  to: { value: 'TIME', help: 'only partitions that begin before this time' },
  threads: { value: 'N', help: 'the number of cores to use [default: all]' },
  'dry-run': { help: 'print the missing files and their cost, and stop' },
  yes: { help: 'write without asking' },
  json: { help: 'print one JSON object, and nothing else' },
} as const satisfies OptionSpecs

/** The parsed options of `spillway backfill`. */
export interface BackfillRequest {
  readonly files: readonly SourceFile[]
  readonly columns: readonly ColumnOption[]
  readonly data: string
  readonly out: string
  readonly groups: readonly string[] | undefined
  readonly rowTimes: RowTimes
  /** A key is active with an event in so many milliseconds before. */
  readonly live: number
  readonly unit: PartitionUnit
  /** UTC milliseconds, as `to`. */
  readonly from: number | undefined
  readonly to: number | undefined
  readonly threads: number
  readonly isDry: boolean
  readonly isConfirmed: boolean
  readonly json: boolean
}

/** The options of a backfill. Throws `UsageError`. */
export function parseBackfillRequest(
  values: OptionValues<typeof backfillOptions>,
  project: Pick<Project, 'requirePath' | 'places'>,
): BackfillRequest {
  const path = project.requirePath()
  const { out, data = DEFAULT_DATA_FOLDER, at, every, live = DEFAULT_LIVE, by = 'day', threads, json = false } = values
  if (out === undefined) throw new UsageError('--out DIR is required: the folder of the offline store')
  const files = historyFiles('a backfill reads files or a data folder', values, project)
  for (const [folder, subject] of [
    [data, '--data'],
    [path, 'the pipeline'],
  ])
    if (resolve(folder) === resolve(out)) throw new UsageError(`--out ${out} is ${subject}; name another folder`)
  const unit = partitionUnits.find(name => name === by)
  if (unit === undefined) throw new UsageError(`--by ${by} is not one of ${partitionUnits.join(', ')}${didYouMean(by, partitionUnits)}`)
  if (at !== undefined && at !== 'events') throw new UsageError(`--at ${at}: write --at events, or --every 1d`)
  if (at !== undefined && every !== undefined) throw new UsageError('--at events and --every are two kinds of rows; leave one out')
  const from = startOf('--from', values.from)
  const to = startOf('--to', values.to)
  if (from !== undefined && to !== undefined && from >= to) throw new UsageError(`--from ${values.from} is not before --to ${values.to}`)
  return {
    files,
    columns: columnOptions(values.column, files),
    data,
    out,
    groups: values.group,
    rowTimes:
      every === undefined
        ? { kind: 'events' }
        : { kind: 'times', schedule: { kind: 'interval', every: parseDuration('--every', every), phase: 0 } },
    live: live === 'lifetime' ? Infinity : parseDuration('--live', live),
    unit,
    from,
    to,
    threads: threads === undefined ? availableParallelism() : wholeNumber('--threads', threads, 1, THREADS_MAX),
    isDry: values['dry-run'] === true,
    isConfirmed: values.yes === true,
    json,
  }
}

/** A time, or the start in UTC of the partition of that name: `2026-01-31`, `2026-01`. Throws `UsageError`. */
function startOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [name, month] = /^(\d{4}-\d\d)(?:-\d\d)?$/.exec(text) ?? []
  const start = name === undefined ? undefined : timestampMs(`${name === month ? `${name}-01` : name}T00:00Z`)
  return start ?? parseTime(option, text)
}
