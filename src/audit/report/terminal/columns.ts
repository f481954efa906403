/** Tables in plain text that keep to a width: texts wrap, and numbers only where there is no other way. */
import { charactersOf } from '../characters.ts'

/** What a terminal line holds. */
export const COLUMNS = 110
const GAP = 2
const NARROWEST = 12

export interface Column {
  readonly title: string
  /** Texts to the left, numbers to the right. */
  readonly align: 'left' | 'right'
}

/** The lines of each row, the head first. Every row has as many cells as there are columns. */
export function laidOut(columns: readonly Column[], rows: readonly (readonly string[])[], width = COLUMNS): string[][] {
  const cells = [columns.map(({ title }) => title), ...rows]
  const widths = fitted(
    columns.map((_, i) => Math.max(...cells.map(row => lengthOf(row[i])))),
    columns,
    width,
  )
  return cells.map(row => rowLines(row, columns, widths))
}

/** A table as lines. */
export const table = (...args: Parameters<typeof laidOut>): string[] => laidOut(...args).flat()

/** The widest texts give way until the row fits, and then the widest numbers. */
function fitted(natural: readonly number[], columns: readonly Column[], width: number): number[] {
  const widths = [...natural]
  const room = width - GAP * (columns.length - 1)
  const wide = (align: Column['align']) => columns.flatMap((column, i) => (column.align === align && widths[i] > NARROWEST ? [i] : []))
  for (let over = widths.reduce((a, b) => a + b, 0) - room; over > 0; over--) {
    const texts = wide('left')
    const giving = texts.length > 0 ? texts : wide('right')
    if (giving.length === 0) break
    widths[giving.reduce((a, b) => (widths[b] > widths[a] ? b : a))]--
  }
  return widths
}

function rowLines(row: readonly string[], columns: readonly Column[], widths: readonly number[]): string[] {
  const wrapped = row.map((cell, i) => (lengthOf(cell) <= widths[i] ? [cell] : wrap(cell, widths[i])))
  return Array.from({ length: Math.max(...wrapped.map(lines => lines.length)) }, (_, line) =>
    wrapped
      .map((lines, i) => padded(lines[line] ?? '', widths[i], columns[i].align))
      .join(' '.repeat(GAP))
      .trimEnd(),
  )
}

const padded = (text: string, width: number, align: 'left' | 'right'): string => {
  const pad = ' '.repeat(Math.max(0, width - lengthOf(text)))
  return align === 'left' ? text + pad : pad + text
}

/** Lines of at most `width` characters, broken at spaces; a longer word is broken too. Line ends in the text stay, and how far its lines are indented. */
export const wrap = (text: string, width: number): string[] => text.split('\n').flatMap(line => wrapLine(line, width))

function wrapLine(line: string, width: number): string[] {
  const indent = ' '.repeat(Math.min(/^ */.exec(line)![0].length, width >> 1))
  const lines: string[] = []
  let open = ''
  for (const word of line.split(' ').filter(part => part !== '')) {
    const longer = open === '' ? indent + word : `${open} ${word}`
    if (lengthOf(longer) <= width) {
      open = longer
      continue
    }
    if (open !== '') lines.push(open)
    const broken = pieces(word, width - indent.length).map(piece => indent + piece)
    lines.push(...broken.slice(0, -1))
    open = broken.at(-1)!
  }
  return [...lines, open]
}

/** The text with `first` before its first line, and the others below it. */
export const hung = (first: string, text: string, width = COLUMNS): string[] =>
  wrap(text, width - lengthOf(first)).map((line, i) => (i === 0 ? first : ' '.repeat(lengthOf(first))) + line)

function pieces(word: string, width: number): string[] {
  const characters = charactersOf(word)
  const count = Math.ceil(characters.length / width)
  return Array.from({ length: count }, (_, i) => characters.slice(i * width, (i + 1) * width).join(''))
}

const lengthOf = (text: string): number => charactersOf(text).length
