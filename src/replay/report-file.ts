/** A report as a file: what it is called, and the writing of it, whole or not at all. */
import { createHash } from 'node:crypto'
import { chmodSync, closeSync, createReadStream, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { SpillwayError } from '../base/errors.ts'
import type { ReportTable } from '../decision/report-rows.ts'
import type { ReportIR, ScheduleIR } from '../define/ir/ir.ts'
import { fileError, shownPath, systemError } from '../files/file-error.ts'
import { openTable } from '../files/output.ts'
import { Zone } from '../intake/zone.ts'
import { RowHash } from './row-hash.ts'

export interface WrittenReport {
  readonly bytes: number
  /** Of the file, hex. */
  readonly sha256: string
}

/** Of the rows, whatever file they stand in, hex: `RowHash`. */
export function reportHash({ columns, strings, length, values }: ReportTable): string {
  const hash = new RowHash(columns, strings)
  hash.add(length, values)
  return hash.digest()
}

/**
 * Writes a report beside its place and renames it there, so that whoever looks finds the one before or all of this. Throws `SPILL_INPUT` where it cannot be
 * written: then what stood there stands.
 */
export async function writeReport(path: string, { columns, strings, length, values }: ReportTable): Promise<WrittenReport> {
  const folder = dirname(path)
  if (!existsSync(folder)) throw fileError(path, 'cannot be written: its folder does not exist; make it')
  const part = join(folder, `.part-${basename(path)}`)
  try {
    const table = await openTable(part, columns, strings)
    try {
      await table.write(length, values)
      await table.close()
    } catch (error) {
      await table.discard().catch(() => {})
      throw error
    }
    sync(part)
    // In a data folder, say: what a folder keeps from everybody else, its files keep too.
    if ((statSync(folder).mode & 0o077) === 0) chmodSync(part, 0o600)
    const written = await hashed(part)
    renameSync(part, path)
    return written
  } catch (error) {
    rmSync(part, { force: true })
    throw ofFile(path, part, error)
  }
}

/** What a file has, as `writeReport` says it. */
export async function hashed(path: string): Promise<WrittenReport> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
}

/** A name of a report among all of one definition, whatever its file is called: `2026-01-05T07-00.csv`. */
export const reportName = ({ to = '.ndjson', at }: ReportIR, t: number, isAsked = false): string =>
  reportPath(`{date}T{time}${/\.[^.]+$/.exec(to)![0]}`, at, t, isAsked)

/**
 * The path of the report of a time. One that was asked for beside the schedule has its time in its date, so that it takes the place of none that was scheduled the same day.
 */
export function reportPath(to: string, at: ScheduleIR, t: number, isAsked: boolean): string {
  const [date, minutes, seconds] = localOf(at, t)
  const time = seconds === '00' && !isAsked ? minutes : `${minutes}-${seconds}`
  const dated = isAsked && !to.includes('{time}') ? `${date}T${time}` : date
  return to.replaceAll('{date}', dated).replaceAll('{time}', time)
}

/** The day, the minute and the second on the wall where the schedule is. */
function localOf(at: ScheduleIR, t: number): [date: string, minutes: string, seconds: string] {
  const zone = new Zone(at.kind === 'cron' ? at.zone : 'UTC')
  const local = new Date(t + zone.offsetAt(t)).toISOString()
  return [local.slice(0, 10), local.slice(11, 16).replace(':', '-'), local.slice(17, 19)]
}

function sync(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** An error of the file that is being written, as of the file that it becomes. */
function ofFile(path: string, part: string, error: unknown): SpillwayError {
  const told = error instanceof SpillwayError ? error : systemError(path, error)
  return new SpillwayError(told.code, told.message.replaceAll(shownPath(part), shownPath(path)), { cause: error })
}
