/** Names and writes the file of a report, atomically. */
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { SpillwayError } from '../base/index.ts'
import type { ReportTable } from '../decision/index.ts'
import type { ReportIR, ScheduleIR } from '../define/ir/index.ts'
import { type FileChecksum, fileChecksum, fileError, displayPath, systemError, writeOutputTable } from '../files/index.ts'
import { TimeZone } from '../intake/index.ts'
import { RowHash } from './row-hash.ts'

/** The hash of a report's rows, hex, independent of the file format (`RowHash`). */
export function hashReportRows({ columns, strings, length, values }: ReportTable): string {
  const hash = new RowHash(columns, strings)
  hash.add(length, values)
  return hash.digest()
}

/**
 * Writes a report to a temporary file and renames it, so that a reader sees either the previous or the whole new file. Throws
 * `SPILL_FILE` if it cannot be written; then the previous file remains.
 */
export async function writeReportFile(path: string, { columns, strings, length, values }: ReportTable): Promise<FileChecksum> {
  const folder = dirname(path)
  if (!existsSync(folder)) throw fileError(path, 'cannot be written: its folder does not exist; make it')
  const part = join(folder, `.part-${basename(path)}`)
  try {
    await writeOutputTable(part, columns, strings, [{ length, columns: values }])
    sync(part)
    // A file in a private folder (a data folder) is private too.
    if ((statSync(folder).mode & 0o077) === 0) chmodSync(part, 0o600)
    const checksum = await fileChecksum(part)
    renameSync(part, path)
    return checksum
  } catch (error) {
    rmSync(part, { force: true })
    throw ofFile(path, part, error)
  }
}

/** The name of a report among all of its definition, independent of the file's path: `2026-01-05T07-00.csv`. */
export const reportName = ({ to = '.ndjson', at }: ReportIR, t: number, isOnRequest = false): string =>
  reportPath(`{date}T{time}${/\.[^.]+$/.exec(to)![0]}`, at, t, isOnRequest)

/**
 * The path of the report of a time. A report on request has its time in its date, so it never replaces the scheduled report of that
 * day. The second instant of a local time that occurs twice has its offset in the time, so it does not replace the first.
 */
export function reportPath(to: string, at: ScheduleIR, t: number, isOnRequest: boolean): string {
  const { date, minutes, seconds, offset } = localOf(at, t)
  const time = (seconds === '00' && !isOnRequest ? minutes : `${minutes}-${seconds}`) + offset
  const dated = isOnRequest && !to.includes('{time}') ? `${date}T${time}` : date
  return to.replaceAll('{date}', dated).replaceAll('{time}', time)
}

/**
 * The local day, minute and second in the schedule's zone. `offset` is empty, except for the second instant of a local time that occurs twice
 * (the end of daylight saving time): `+0100`.
 */
function localOf(
  at: ScheduleIR,
  t: number,
): { readonly date: string; readonly minutes: string; readonly seconds: string; readonly offset: string } {
  const zone = new TimeZone(at.kind === 'cron' ? at.zone : 'UTC')
  const ahead = zone.offsetAt(t)
  const local = new Date(t + ahead).toISOString()
  const isSecond = zone.utcOf(t + ahead) !== t
  return {
    date: local.slice(0, 10),
    minutes: local.slice(11, 16).replace(':', '-'),
    seconds: local.slice(17, 19),
    offset: isSecond ? offsetText(ahead) : '',
  }
}

function offsetText(ahead: number): string {
  const minutes = Math.abs(ahead) / 60_000
  const digits = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  return `${ahead < 0 ? '-' : '+'}${digits(minutes / 60)}${digits(minutes % 60)}`
}

function sync(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** An error about the temporary file, as an error about the final file. */
function ofFile(path: string, part: string, error: unknown): SpillwayError {
  const fileFault = error instanceof SpillwayError ? error : systemError(path, error)
  return new SpillwayError(fileFault.code, fileFault.message.replaceAll(displayPath(part), displayPath(path)), { cause: error })
}
