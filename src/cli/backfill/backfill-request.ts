/** Parses the options of `spillway backfill`. */
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { didYouMean, timestampMs, durationMs, type Duration } from '../../base/index.ts'
import type { RowTimes } from '../../batch/backfill/index.ts'
import { partitionUnits, type PartitionUnit } from '../../offline/index.ts'
import { isPostgresAddress } from '../../sources/index.ts'
import type { SourceFile } from '../../replay/index.ts'
import { UsageError } from '../command/command.ts'
import { DEFAULT_DATA_FOLDER } from '../command/data-option.ts'
import { sourceFiles } from '../command/source-files-option.ts'
import { parseTime } from '../command/time-text.ts'

/** Default of `--live`. */
export const DEFAULT_LIVE = '30d'

/** The parsed options of `spillway backfill`. */
export interface BackfillRequest {
  /** The file of the pipeline. */
  readonly path: string
  readonly files: readonly SourceFile[]
  readonly data: string
  readonly out: string
  readonly groups: readonly string[] | undefined
  readonly moments: RowTimes
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

/** Throws `UsageError`. */
export function parseBackfillRequest(values: Readonly<Record<string, unknown>>, [path, ...extra]: readonly string[]): BackfillRequest {
  if (path === undefined) throw new UsageError('name the pipeline file')
  if (extra.length > 0) throw new UsageError(`expected one pipeline file, but also got ${extra.join(', ')}`)
  const texts = values as Readonly<Record<string, string | undefined>>
  const { out, data, every, live = DEFAULT_LIVE, by = 'day', threads } = texts
  if (out === undefined) throw new UsageError('--out DIR is required: the folder of the offline store')
  const files = sourceFiles((values['source'] as string[] | undefined) ?? [])
  if (files.some(file => isPostgresAddress(file.path)))
    throw new UsageError('a backfill reads files or a data folder; a table of PostgreSQL is a source of spillway run')
  if (files.length > 0 && data !== undefined) throw new UsageError('--source and --data are two histories; leave one out')
  for (const [option, folder] of [
    ['--data', data ?? DEFAULT_DATA_FOLDER],
    ['the pipeline', path],
  ] as const)
    if (resolve(folder) === resolve(out)) throw new UsageError(`--out ${out} is ${option}; name another folder`)
  if (!partitionUnits.some(unit => unit === by))
    throw new UsageError(`--by ${by} is not one of ${partitionUnits.join(', ')}${didYouMean(by, partitionUnits)}`)
  if (texts['at'] !== undefined && texts['at'] !== 'events') throw new UsageError(`--at ${texts['at']}: write --at events, or --every 1d`)
  if (texts['at'] !== undefined && every !== undefined) throw new UsageError('--at events and --every are two kinds of rows; leave one out')
  if (threads !== undefined && !/^[1-9]\d{0,2}$/.test(threads)) throw new UsageError(`--threads ${threads} is not a whole number from 1`)
  const [from, to] = (['from', 'to'] as const).map(name => (texts[name] === undefined ? undefined : startOf(`--${name}`, texts[name])))
  if (from !== undefined && to !== undefined && from >= to)
    throw new UsageError(`--from ${texts['from']} is not before --to ${texts['to']}`)
  return {
    path,
    files,
    data: data ?? DEFAULT_DATA_FOLDER,
    out,
    groups: values['group'] as string[] | undefined,
    moments:
      every === undefined
        ? { kind: 'events' }
        : { kind: 'times', schedule: { kind: 'interval', every: duration('--every', every), phase: 0 } },
    live: live === 'lifetime' ? Infinity : duration('--live', live),
    unit: by as PartitionUnit,
    from,
    to,
    threads: threads === undefined ? availableParallelism() : Number(threads),
    isDry: values['dry-run'] === true,
    isConfirmed: values['yes'] === true,
    json: values['json'] === true,
  }
}

/** A time, or the start in UTC of the partition of that name: `2026-01-31`, `2026-01`. Throws `UsageError`. */
function startOf(option: string, text: string): number {
  const [name, month] = /^(\d{4}-\d\d)(?:-\d\d)?$/.exec(text) ?? []
  const start = name === undefined ? undefined : timestampMs(`${name === month ? `${name}-01` : name}T00:00Z`)
  return start ?? parseTime(option, text)
}

function duration(option: string, text: string): number {
  try {
    return durationMs(text as Duration)
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message}`)
  }
}
