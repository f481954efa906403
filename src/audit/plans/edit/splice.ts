/** Changes of a text, by place: made at once, and shown line by line. */
import type { PlanEdit } from '../../domain/audit-report.ts'
import { lineAt } from './tokens.ts'

export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** They do not overlap. */
export function spliced(text: string, splices: readonly Splice[]): string {
  let result = text
  for (const { start, end, text: put } of inOrder(splices).reverse()) result = result.slice(0, start) + put + result.slice(end)
  return result
}

/** The lines that are changed, as they are and as they would be; changes that share a line are one. */
export function editsOf(file: string, text: string, splices: readonly Splice[]): PlanEdit[] {
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
  return hunks.map(({ start, end, splices: own }) => {
    const before = text.slice(start, end)
    const after = spliced(
      before,
      own.map(({ start: from, end: to, text: put }) => ({ start: from - start, end: to - start, text: put })),
    )
    return { file, line: lineAt(text, start), ...trimmed(before, after) }
  })
}

/** Without the ends of lines of Windows, which are kept in the file. */
const trimmed = (before: string, after: string) => ({ before: before.replace(/\r/g, ''), after: after.replace(/\r/g, '') })

const inOrder = (splices: readonly Splice[]): Splice[] => [...splices].sort((a, b) => a.start - b.start)

/** As `diff` shows it. */
export function diffText(edits: readonly PlanEdit[]): string {
  const files = [...new Set(edits.map(({ file }) => file))]
  return files.flatMap(file => [`--- ${file}`, `+++ ${file}`, ...edits.filter(edit => edit.file === file).flatMap(hunkLines)]).join('\n')
}

function hunkLines({ line, before, after }: PlanEdit): string[] {
  const [was, is] = [before.split('\n'), after.split('\n')]
  return [`@@ line ${line} @@`, ...was.map(text => `-${text}`), ...is.map(text => `+${text}`)]
}
