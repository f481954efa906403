/** Path of a report's file, with placeholders for its date and time. */
import { show } from '../../base/index.ts'
import { mistake } from '../mistake/mistake.ts'

declare const reportFile: unique symbol

/** File of a report, made by `file`. */
export interface ReportFile {
  readonly [reportFile]: true
}

class FileValue {
  readonly path: string
  constructor(path: string) {
    this.path = path
    Object.freeze(this)
  }
}

const FORMAT = /\.(?:csv|ndjson|parquet)$/
const PARTS = ['date', 'time']

/**
 * File of a report, relative to the working directory of the run: `.csv`, `.ndjson` or `.parquet`.
 *
 * `{date}` and `{time}` stand for the report's time in the zone of its schedule. Without them each report replaces the one
 * before.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for another format or placeholder.
 * @example
 * file('lists/{date}.csv')
 */
export function file(path: string): ReportFile {
  const value: unknown = path
  if (typeof value !== 'string' || value === '') mistake(`file needs a path: file('lists/{date}.csv'), got ${show(value)}`)
  if (!FORMAT.test(value)) mistake(`file '${value}' has no format by its name; call it .csv, .ndjson or .parquet`)
  const unknown = /\{([^}]*)\}?|\}/.exec(value.replaceAll(/\{(?:date|time)\}/g, ''))
  if (unknown) mistake(`file '${value}' has '${unknown[0]}'; the placeholders are ${PARTS.map(part => `{${part}}`).join(' and ')}`)
  return new FileValue(value) as unknown as ReportFile
}

/** Path of a file. Throws `SPILL_DEFINITION` for anything else. */
export function reportPathOf(subject: string, value: unknown): string {
  if (value instanceof FileValue) return value.path
  return mistake(
    `${subject}: to is ${show(value)}; write to: file('lists/{date}.csv'), or leave it out to keep the report in the data folder`,
  )
}
