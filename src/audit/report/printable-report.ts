/**
 * Validates a report before it is shown: all numbers are finite, and no text contains control characters.
 *
 * Users name groups, files and lines, and such names may contain anything.
 */
import { assert } from '../../base/index.ts'
import type { AuditReport } from '../domain/audit-report.ts'

/** The report with printable texts. Throws `SPILL_ASSERT` for a number that is not finite: JSON would write null for it, and a page NaN. */
export const printableReport = (report: AuditReport): AuditReport => walk(report, 'report') as AuditReport

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

/** Replaces escape sequences, bidirectional controls and lone surrogates. Line ends stay. */
const printable = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replaceAll('\t', '  ')
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '\ufffd')
