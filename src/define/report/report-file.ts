/** Where a report is written: a path, and in it when the report is of. */
import { show } from '../../base/show.ts'
import { mistake } from '../mistake/mistake.ts'

declare const reportFile: unique symbol

/** A file that a report is written to, made by `file`. */
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
 * A file by its path from where the run was started: `.csv`, `.ndjson` or `.parquet`. `{date}` and `{time}` in it stand for when the report is of, in the zone of its schedule:
 * `file('lists/{date}.csv')`. Without them each report takes the place of the one before.
 */
export function file(path: string): ReportFile {
  const given: unknown = path
  if (typeof given !== 'string' || given === '') mistake(`file needs a path: file('lists/{date}.csv'), got ${show(given)}`)
  if (!FORMAT.test(given)) mistake(`file '${given}' has no format by its name; call it .csv, .ndjson or .parquet`)
  const stray = /\{([^}]*)\}?|\}/.exec(given.replaceAll(/\{(?:date|time)\}/g, ''))
  if (stray) mistake(`file '${given}' has '${stray[0]}'; what stands for something is ${PARTS.map(part => `{${part}}`).join(' and ')}`)
  return new FileValue(given) as unknown as ReportFile
}

/** The path of a file, or the mistake in what was given for one. */
export function pathOf(what: string, given: unknown): string {
  if (given instanceof FileValue) return given.path
  return mistake(`${what}: to is ${show(given)}; write to: file('lists/{date}.csv'), or leave it out, and it is kept in the data folder`)
}
