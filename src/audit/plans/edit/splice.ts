/** Splices of a text: applied together, or shown as line edits. */
import type { PlanEdit } from '../../domain/audit-report.ts'

/** Replacement of [start, end) by `text`. */
export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Applies splices that do not overlap. `offset` is the beginning of `text` in the file. */
export function applySplices(text: string, splices: readonly Splice[], offset = 0): string {
  let result = text
  for (const { start, end, text: inserted } of inOrder(splices).reverse())
    result = result.slice(0, start - offset) + inserted + result.slice(end - offset)
  return result
}

/** The changed lines before and after. Changes on one line are one edit. */
export function lineEdits(file: string, text: string, splices: readonly Splice[]): PlanEdit[] {
  const hunks: { start: number; end: number; splices: Splice[] }[] = []
  for (const splice of inOrder(splices)) {
    const start = text.lastIndexOf('\n', splice.start - 1) + 1
    const newline = text.indexOf('\n', splice.end)
    const end = newline < 0 ? text.length : newline
    const last = hunks.at(-1)
    if (last && start <= last.end) {
      last.end = Math.max(last.end, end)
      last.splices.push(splice)
    } else hunks.push({ start, end, splices: [splice] })
  }
  return hunks.map(({ start, end, splices: hunkSplices }) => {
    const before = text.slice(start, end)
    // Carriage returns stay in the file.
    const [shownBefore, shownAfter] = [before, applySplices(before, hunkSplices, start)].map(lines => lines.replaceAll('\r', ''))
    return { file, line: lineAt(text, start), before: shownBefore, after: shownAfter }
  })
}

const inOrder = (splices: readonly Splice[]): Splice[] => [...splices].sort((a, b) => a.start - b.start)

/** Line number of an offset, from 1. */
export const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length
