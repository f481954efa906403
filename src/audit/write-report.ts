/** Writes an audit as files: `audit.json` for programs, `audit.html` for people. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../base/node/index.ts'
import { fileError, systemError } from '../files/index.ts'
import type { AuditReport } from './domain/audit-report.ts'
import { printableReport } from './report/printable-text.ts'
import { reportPage } from './report/page/page.ts'

/** Paths of the files of an audit. */
export interface AuditFiles {
  readonly json: string
  readonly page: string
}

/** The report as JSON that conforms to `auditReportSchema`. Throws `SPILL_ASSERT` for a number that is not finite. */
export const reportJson = (report: AuditReport): string => `${JSON.stringify(printableReport(report), null, 2)}\n`

/**
 * Writes both files into a folder, which is created if missing. Each file is replaced as a whole.
 *
 * @throws `SPILL_FILE` if the files cannot be written
 * @throws `SPILL_ASSERT` for a number that is not finite; then nothing is written
 */
export function writeAuditReport(report: AuditReport, folder: string): AuditFiles {
  const files = { json: join(folder, 'audit.json'), page: join(folder, 'audit.html') }
  const [json, page] = [reportJson(report), reportPage(report)]
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw fileError(folder, 'is a file; name a folder', error)
    throw systemError(folder, error)
  }
  writeFile(files.json, json)
  writeFile(files.page, page)
  return files
}

function writeFile(path: string, text: string): void {
  try {
    writeAtomically(path, text, { flush: true })
  } catch (error) {
    throw systemError(path, error)
  }
}
