/**
 * A report as those who show it may take it: every number is one, and no text has characters that a terminal obeys.
 *
 * What a user named stands in it (groups, files, lines of code), and names may hold anything.
 */
import { assert } from '../../base/assert.ts'
import type { AuditReport } from '../domain/audit-report.ts'

/** The same report. Throws `SPILL_ASSERT` for a number that is none: JSON would have null there, and a page NaN. */
export const checked = (report: AuditReport): AuditReport => walk(report, 'report') as AuditReport

function walk(value: unknown, path: string): unknown {
  if (typeof value === 'number') {
    assert(Number.isFinite(value), `${path} of the audit's report is ${value}`)
    return value
  }
  if (typeof value === 'string') return printable(value)
  if (Array.isArray(value)) return value.map((item, i) => walk(item, `${path}[${i}]`))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, `${path}.${key}`)]))
}

/** Escape sequences, changes of the direction of writing and halves of characters are shown as what they are: something else. Line ends stay. */
const printable = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replaceAll('\t', '  ')
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '\ufffd')
