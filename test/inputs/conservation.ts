/** Conservation of a file's contents: everything that comes out was in it, and everything in it comes out. */
import type { SourceIR } from '../../src/define/ir/ir.ts'
import type { Row } from './generate.ts'

/** A record as it came out of a text file. */
export interface Piece {
  /** Its first line, from 1. */
  readonly line: number
  readonly raw: Buffer
  /** Only the head of the record is known: its line was too long. */
  readonly isHead: boolean
}

const NEWLINE = 0x0a

/**
 * Compares the text, line by line, with the records that came out of it: each must be at its stated place, with only blank lines between
 * them, and the header before the first. After the last, anything if the file was rejected.
 */
export function lostBytes(
  text: Buffer,
  pieces: readonly Piece[],
  { hasHeader, isRejected }: { hasHeader: boolean; isRejected: boolean },
): string[] {
  const lost: string[] = []
  let line = 1
  let at = 0
  let beforeFirst = hasHeader
  const skipTo = (target: number) => {
    for (; line < target && at < text.length; line++) {
      const end = lineEnd(text, at)
      if (!beforeFirst && text.subarray(at, end).toString('latin1').trim() !== '') lost.push(`line ${line} did not come out`)
      at = end + 1
    }
    beforeFirst = false
  }
  for (const { line: first, raw, isHead } of pieces.toSorted((a, b) => a.line - b.line)) {
    skipTo(first)
    const end = at + raw.length
    if (!text.subarray(at, end).equals(raw)) lost.push(`line ${first} came out changed`)
    else if (!isHead && end < text.length && text[end] !== NEWLINE) lost.push(`line ${first} came out cut`)
    at = (isHead ? lineEnd(text, at) : end) + 1
    line += newlinesIn(raw) + 1
  }
  if (!isRejected && !(pieces.length === 0 && hasHeader)) skipTo(Infinity)
  return lost
}

function lineEnd(text: Buffer, from: number): number {
  const end = text.indexOf(NEWLINE, from)
  return end < 0 ? text.length : end
}

const newlinesIn = (raw: Buffer): number => raw.filter(byte => byte === NEWLINE).length

/** All values of a row as text. */
export const rowKey = (source: SourceIR, row: Row): string => JSON.stringify(source.columns.map(({ name }) => row[name]))

/** Rows of `sound` that are missing among `accepted`, with their multiplicity. */
export function missingRows(sound: readonly string[], accepted: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const row of accepted) counts.set(row, (counts.get(row) ?? 0) + 1)
  return sound.flatMap(row => {
    const count = counts.get(row) ?? 0
    counts.set(row, count - 1)
    return count > 0 ? [] : [`a sound row was not accepted as it is: ${row}`]
  })
}
