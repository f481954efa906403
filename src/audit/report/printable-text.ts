/** Texts that can be shown: a report without control characters, and the characters of a text as a reader counts them. */
import { assert } from '../../base/index.ts'
import type { AuditReport } from '../domain/audit-report.ts'

/**
 * The report with printable texts; users name groups, files and lines, and such names may contain anything. Throws `SPILL_ASSERT` for a
 * number that is not finite: JSON would write null for it, and a page NaN.
 */
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

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Grapheme clusters of a text: accents and joined emoji count once. */
export const graphemesOf = (text: string): string[] => Array.from(segmenter.segment(text), ({ segment }) => segment)

/** A word in pieces of at most `length` characters. */
export function piecesOf(word: string, length: number): string[] {
  const characters = graphemesOf(word)
  const count = Math.ceil(characters.length / length)
  return Array.from({ length: count }, (_, i) => characters.slice(i * length, (i + 1) * length).join(''))
}
