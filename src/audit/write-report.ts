/** Writes an audit as files: `audit.json` for programs, `audit.html` for people, and `audit-changes.json` beside an earlier report. */
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../base/node/index.ts'
import { fileError, systemError } from '../files/index.ts'
import type { AuditReport } from './domain/audit-report.ts'
import { printableReport } from './report/printable-text.ts'
import { reportPage } from './report/page/page.ts'
import { reportChanges, type ReportChanges } from './report/report-changes.ts'

/** Paths of the files of an audit. */
export interface AuditFiles {
  readonly json: string
  readonly page: string
  /** Changes since the report that was there, if it is of the same pipeline and model. */
  readonly changes: ReportChanges | undefined
}

/** The report as JSON that conforms to `auditReportSchema`. Throws `SPILL_ASSERT` for a number that is not finite. */
export const reportJson = (report: AuditReport): string => `${JSON.stringify(printableReport(report), null, 2)}\n`

/**
 * Writes the files into a folder, which is created if missing. Each file is replaced as a whole.
 *
 * @throws `SPILL_FILE` if the files cannot be written
 * @throws `SPILL_ASSERT` for a number that is not finite; then nothing is written
 */
export function writeAuditReport(report: AuditReport, folder: string): AuditFiles {
  const paths = { json: join(folder, 'audit.json'), page: join(folder, 'audit.html') }
  const [json, page] = [reportJson(report), reportPage(report)]
  const changes = changesSince(paths.json, report)
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw fileError(folder, 'is a file; name a folder', error)
    throw systemError(folder, error)
  }
  writeFile(paths.json, json)
  writeFile(paths.page, page)
  const changesPath = join(folder, 'audit-changes.json')
  if (changes) writeFile(changesPath, `${JSON.stringify(changes, null, 2)}\n`)
  else rmSync(changesPath, { force: true })
  return { ...paths, changes }
}

/** Changes since the report in a file; undefined without one of this format, pipeline and model. */
function changesSince(path: string, report: AuditReport): ReportChanges | undefined {
  try {
    const earlier = JSON.parse(readFileSync(path, 'utf8')) as AuditReport
    const changes = earlier.format === report.format ? reportChanges(earlier, printableReport(report)) : undefined
    return changes && { since: Math.round(statSync(path).mtimeMs), changes }
  } catch {
    return undefined
  }
}

function writeFile(path: string, text: string): void {
  try {
    writeAtomically(path, text, { flush: true })
  } catch (error) {
    throw systemError(path, error)
  }
}
