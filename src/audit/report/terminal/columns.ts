/** Plain-text tables of a given width. Texts wrap; numbers wrap only if nothing else helps. */
import { graphemesOf, piecesOf } from '../printable-text.ts'

/** Width of a terminal line, characters. */
export const TERMINAL_WIDTH = 110
/** Characters between columns. */
export const COLUMN_GAP = 2
const COLUMN_WIDTH_MIN = 12

export interface TextColumn {
  readonly title: string
  readonly align: 'left' | 'right'
}

/** Columns of texts. */
export const leftColumns = (...titles: readonly string[]): TextColumn[] => titles.map(title => ({ title, align: 'left' }))
/** Columns of numbers. */
export const rightColumns = (...titles: readonly string[]): TextColumn[] => titles.map(title => ({ title, align: 'right' }))

/** Lines of each row, the header first. Each row has one cell per column. */
export function layOutRows(columns: readonly TextColumn[], rows: readonly (readonly string[])[], width = TERMINAL_WIDTH): string[][] {
  const cells = [columns.map(({ title }) => title), ...rows]
  const widths = fitted(
    columns.map((_, i) => Math.max(...cells.map(row => lengthOf(row[i])))),
    columns,
    width,
  )
  return cells.map(row => rowLines(row, columns, widths))
}

/** The table as lines. */
export const textTable = (...args: Parameters<typeof layOutRows>): string[] => layOutRows(...args).flat()

/** Narrows the widest texts until the row fits, then the widest numbers. */
function fitted(natural: readonly number[], columns: readonly TextColumn[], width: number): number[] {
  const widths = [...natural]
  const available = width - COLUMN_GAP * (columns.length - 1)
  const wide = (align: TextColumn['align']) =>
    columns.flatMap((column, i) => (column.align === align && widths[i] > COLUMN_WIDTH_MIN ? [i] : []))
  for (let excess = widths.reduce((a, b) => a + b, 0) - available; excess > 0; excess--) {
    const texts = wide('left')
    const narrowed = texts.length > 0 ? texts : wide('right')
    if (narrowed.length === 0) break
    widths[narrowed.reduce((a, b) => (widths[b] > widths[a] ? b : a))]--
  }
  return widths
}

function rowLines(row: readonly string[], columns: readonly TextColumn[], widths: readonly number[]): string[] {
  const wrapped = row.map((cell, i) => (lengthOf(cell) <= widths[i] ? [cell] : wrap(cell, widths[i])))
  return Array.from({ length: Math.max(...wrapped.map(lines => lines.length)) }, (_, line) =>
    wrapped
      .map((lines, i) => padded(lines[line] ?? '', widths[i], columns[i].align))
      .join(' '.repeat(COLUMN_GAP))
      .trimEnd(),
  )
}

const padded = (text: string, width: number, align: TextColumn['align']): string => {
  const pad = ' '.repeat(Math.max(0, width - lengthOf(text)))
  return align === 'left' ? text + pad : pad + text
}

/** Breaks a text into lines of at most `width` characters, at spaces or within longer words. Keeps line ends and indentation. */
export const wrap = (text: string, width = TERMINAL_WIDTH): string[] => text.split('\n').flatMap(line => wrapLine(line, width))

function wrapLine(line: string, width: number): string[] {
  const indent = ' '.repeat(Math.min(/^ */.exec(line)![0].length, width >> 1))
  const lines: string[] = []
  let current = ''
  for (const word of line.split(' ').filter(part => part !== '')) {
    const extended = current === '' ? indent + word : `${current} ${word}`
    if (lengthOf(extended) <= width) {
      current = extended
      continue
    }
    if (current !== '') lines.push(current)
    const broken = piecesOf(word, width - indent.length).map(piece => indent + piece)
    lines.push(...broken.slice(0, -1))
    current = broken.at(-1)!
  }
  return [...lines, current]
}

/** Hanging indent: `first` before the first line, and the other lines below the text. */
export const hangingIndent = (first: string, text: string, width = TERMINAL_WIDTH): string[] =>
  wrap(text, width - lengthOf(first)).map((line, i) => (i === 0 ? first : ' '.repeat(lengthOf(first))) + line)

/** A list of texts below its title; empty without texts. */
export const bulletList = (title: string, texts: readonly string[]): string[] =>
  texts.length === 0 ? [] : [title, ...texts.flatMap(text => hangingIndent('  - ', text))]

const lengthOf = (text: string): number => graphemesOf(text).length
