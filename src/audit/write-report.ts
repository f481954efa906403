/** An audit as files: `audit.json` for programs, `audit.html` for people. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../base/write-whole.ts'
import { fileError, systemError } from '../files/file-error.ts'
import type { AuditReport } from './domain/audit-report.ts'
import { checked } from './report/checked.ts'
import { reportPage } from './report/page/page.ts'

export interface WrittenAudit {
  readonly json: string
  readonly page: string
}

/** As JSON, which `auditReportSchema` describes. Throws `SPILL_ASSERT` for a report with a number that is none. */
export const reportJson = (report: AuditReport): string => `${JSON.stringify(checked(report), null, 2)}\n`

/**
 * Writes both into a folder, which is made where it is not there. Each is whole under its name or is what stood there before. Throws `SPILL_INPUT` where they cannot
 * be written, `SPILL_ASSERT` for a report with a number that is none: then nothing is.
 */
export function writeReport(report: AuditReport, folder: string): WrittenAudit {
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
    writeWhole(path, text, { flush: true })
  } catch (error) {
    throw systemError(path, error)
  }
}
