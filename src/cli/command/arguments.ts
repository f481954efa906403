/** Arguments that several commands take: a pipeline file, a subcommand, files of sources, numbers, times and durations. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { didYouMean, type Duration, durationMs, limits, SpillwayError, timestampMs, unknownNameError } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { SourceFile } from '../../replay/index.ts'
import { placeValueOf } from '../../define/config/index.ts'
import { historyOpener, livePlaceOf } from '../../sources/index.ts'
import { type Project, type SourcePlace, UsageError } from './command.ts'

/** Checks that a command got no arguments after its pipeline file. Throws `UsageError`. */
export function expectNoArguments([first, ...rest]: readonly string[], { argument }: Project): void {
  if (first === undefined) return
  const texts = [first, ...rest].join(', ')
  throw new UsageError(
    argument === undefined
      ? `'${first}' is not the name of a pipeline file, which ends in .ts, .mts, .js or .mjs`
      : `expected one pipeline file, but also got ${texts}`,
  )
}

/** The subcommand of a name. Throws `UsageError` for a missing or unknown name. */
export function subcommandOf<V extends string>(command: string, verbs: readonly V[], text: string | undefined): V {
  if (text === undefined) throw new UsageError(`expected a subcommand: ${verbs.join(', ')}`)
  const verb = verbs.find(candidate => candidate === text)
  if (verb === undefined) throw new UsageError(`${command} has no subcommand '${text}'${didYouMean(text, verbs)}`)
  return verb
}

/** A whole number of an option. Throws `UsageError` below `min` and above `max`. */
export function wholeNumber(option: string, text: string, min: number, max = Infinity): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN
  if (value >= min && value <= max) return value
  throw new UsageError(`${option} ${text} is not a whole number from ${min}${max === Infinity ? '' : ` to ${max}`}`)
}

const NEWEST = 20

/** The option `--last` of a list of things such as `batch runs`; `prefix` names the subcommand that lists them. */
export const lastOption = (things: string, prefix = '') =>
  ({ value: 'N', help: `${prefix}the number of newest ${things} [default: ${NEWEST}]` }) as const

/** The number of `--last N`. Throws `UsageError`. */
export const lastOf = (text: string | undefined): number => (text === undefined ? NEWEST : wholeNumber('--last', text, 1))

/** Numbers from 1 among positional arguments. `rule` names things in messages: `runs are named`. Throws `UsageError`. */
export function numbersOf(rule: string, texts: readonly string[]): number[] {
  const stray = texts.find(text => !/^[1-9]\d*$/.test(text))
  if (stray !== undefined) throw new UsageError(`${rule} by their numbers, not '${stray}'`)
  return texts.map(Number)
}

/** The option `--source` of a command that reads histories. */
export const historyOption = {
  multiple: true,
  setting: 'history',
  unless: ['data'],
  value: 'NAME=FILE',
  help: 'a history of a source: a file (NDJSON, CSV or Parquet, plain or gzip), or kafka:TOPIC; may be repeated',
} as const

/** Parses the values of `--source NAME=FILE…`. Throws `UsageError`. */
export function sourceFiles(values: readonly string[] = []): SourceFile[] {
  const files = values.map(text => {
    const [, source, path] = /^([^=]+)=(.+)$/.exec(text) ?? []
    if (source === undefined) throw new UsageError(`--source ${text} is not NAME=FILE; write --source payments=payments.ndjson`)
    return { source, path }
  })
  const duplicate = files.find((file, i) => files.findIndex(other => isSame(other, file)) < i)
  if (duplicate) throw new UsageError(`--source ${duplicate.source}=${duplicate.path} is given twice`)
  return files
}

const isSame = (a: SourceFile, b: SourceFile): boolean => a.source === b.source && resolve(a.path) === resolve(b.path)

/** The history of a command: files of sources, in place of a data folder where the command reads one. */
interface HistoryValues {
  readonly source?: readonly string[] | undefined
  readonly data?: string | undefined
}

/**
 * The files of a history; empty for the history of a data folder. `use` says what the command reads: `a replay reads files`.
 *
 * Throws as `filesIn` does, and `UsageError` for files beside a data folder.
 */
export function historyFiles(use: string, { source, data }: HistoryValues, project: Pick<Project, 'places'>): SourceFile[] {
  const files = filesIn(use, source, project)
  if (files.length > 0 && data !== undefined) throw new UsageError('--source and --data are two histories; leave one out')
  return files
}

/**
 * The files of `--source`, and the places of the configuration. Throws `UsageError` for the address of a live place that has no history,
 * `SPILL_INPUT` for a mistake in the settings of one that has.
 */
export function filesIn(use: string, values: readonly string[] | undefined, { places }: Pick<Project, 'places'>): SourceFile[] {
  return [...sourceFiles(values).map(file => withHistory(use, file)), ...places.map(fileOfPlace)]
}

function withHistory(use: string, file: SourceFile): SourceFile {
  const { source, path } = file
  const place = livePlaceOf(path)
  if (place === undefined) return file
  const open = historyOpener(path, { source, env: process.env })
  if (!open) throw new UsageError(`${use}; ${path} is ${place}, a source of spillway run`)
  return { ...file, open }
}

function fileOfPlace({ source, place }: SourcePlace): SourceFile {
  const open = historyOpener(place, { source, env: process.env })
  return { source, path: placeValueOf(place)!.address, ...(open && { open }) }
}

/** Checks the files before any is read. Throws `SPILL_NOT_FOUND` for an unknown source, `SPILL_FILE` for a missing file. */
export function checkSourceFiles(files: readonly SourceFile[], ir: PipelineIR): void {
  const names = ir.sources.map(source => source.name)
  for (const { source, path, open } of files) {
    if (!names.includes(source)) throw unknownNameError(ir.name, 'source', source, names)
    if (!open && !existsSync(path))
      throw new SpillwayError('SPILL_FILE', `does not exist; it was given for source '${source}'`, { place: path })
  }
}

/** Parses the time of an option, ISO 8601 with its offset or UTC milliseconds, to UTC milliseconds. Throws `UsageError`. */
export function parseTime(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = timestampMs(/^-?\d+$/.test(text) ? Number(text) : text)
  if (ms === undefined || Math.abs(ms) > limits.TIME_MS_MAX)
    throw new UsageError(`${option} ${text} is not a time; write ISO 8601 with its offset, such as 2026-01-01T00:00Z, or UTC milliseconds`)
  return ms
}

/** Parses the duration of an option to milliseconds. Throws `UsageError`. */
export function parseDuration(option: string, text: string): number {
  try {
    return durationMs(text as Duration)
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message}`)
  }
}
