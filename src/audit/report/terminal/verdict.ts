/**
 * The verdict for the terminal: the report's summary in at most 25 lines of 100 characters. The staleness table has a line per element at
 * its next slower schedule, and the levels of the most important element as far as there is room.
 */
import type { AuditReport, PlanEdit } from '../../domain/audit-report.ts'
import { changeParts, isAvailable, monthlyValue, roundedText } from '../../domain/figures.ts'
import { shortTitle } from '../../domain/setting-text.ts'
import type { AuditSummary, StalenessRow } from '../../domain/summary.ts'
import { graphemesOf, printableReport } from '../printable-text.ts'
import { choiceText, safeAgesText, shownLevel, shownRows } from '../report-text.ts'
import { COLUMN_GAP, hangingIndent, layOutRows, wrap } from './columns.ts'

/** Size of the verdict, characters and lines. */
export const verdictSize = { width: 100, lines: 25 } as const
const WIDTH_MIN = 40
const LABEL_WIDTH = 12
const EDIT_LINES = 4

export interface VerdictTextOptions {
  /** Columns of the terminal; at most 100 are used. */
  readonly width?: number
  /** Where the full report is. */
  readonly reportAt?: string
}

/** The verdict as text. Throws `SPILL_ASSERT` for a number that is not finite. */
export function verdictText(input: AuditReport, { width: columnCount = verdictSize.width, reportAt }: VerdictTextOptions = {}): string {
  const report = printableReport(input)
  const { summary, pipeline, plans } = report
  const width = Math.max(WIDTH_MIN, Math.min(columnCount, verdictSize.width))
  const top = [
    ...atMost(wrap(`${pipeline}: ${summary.recommendation}`, width), 2, width),
    ...atMost(wrap(summary.reason, width), 2, width),
    '',
  ]
  const edits = editLines(plans.edits, width)
  const bottomOf = (most: number): string[] => [
    '',
    ...factsOf(summary, reportAt).flatMap(([label, text]) => atMost(hangingIndent(label.padEnd(LABEL_WIDTH), text, width), most, width)),
    ...edits,
  ]
  const roomAbove = (bottom: readonly string[]): number => verdictSize.lines - top.length - bottom.length
  const [roomy, short] = [bottomOf(2), bottomOf(1)]
  // Elements matter more than the second lines of the facts.
  const bottom = roomAbove(roomy) > shownRows(summary.staleness).known.length + 1 ? roomy : short
  return [...top, ...tableLines(summary, width, roomAbove(bottom)), ...bottom].join('\n')
}

/** The facts below the table, each with its label. */
function factsOf(summary: AuditSummary, reportAt: string | undefined): readonly (readonly [label: string, text: string])[] {
  const { mayBeOlder, worth, cost, breakEven, confidence, assumes, wouldChange } = summary
  return [
    ...(mayBeOlder.length > 0 ? [['OLDER IS OK', safeAgesText(summary)] as const] : []),
    ['WORTH', worth.text],
    ['COST', isAvailable(cost) ? cost.text : `not known: ${cost.why}`],
    ['BREAK-EVEN', breakEven.text],
    ['CONFIDENCE', `${confidence.level}: ${confidence.reasons.join('; ')}`],
    ...(assumes.length > 0 ? [['ASSUMES', assumes.join('; ')] as const] : []),
    ...(wouldChange.length > 0
      ? [['CHANGES IT', wouldChange.map(({ text, option }) => (option ? `${text}: ${option}` : text)).join('; ')] as const]
      : []),
    ...(reportAt === undefined ? [] : [['REPORT', reportAt] as const]),
  ]
}

/** The first lines of a text; a cut one ends with `…`. */
function atMost(lines: readonly string[], most: number, width: number): string[] {
  if (lines.length <= most) return [...lines]
  return [...lines.slice(0, most - 1), `${lines[most - 1].slice(0, width - 2).trimEnd()} …`]
}

/** The columns of the table, each with the least width of a terminal that shows it. */
const columns = [
  { title: 'ELEMENT', align: 'left', from: 0 },
  { title: 'NOW', align: 'left', from: 90 },
  { title: 'KEPT', align: 'left', from: 90 },
  { title: 'IF OLDER', align: 'left', from: 0 },
  { title: 'CHANGE', align: 'right', from: 0 },
  { title: '95 %', align: 'right', from: 56 },
  { title: 'A MONTH', align: 'right', from: 90 },
  { title: 'VERDICT', align: 'left', from: 75 },
] as const

/** Left out in this order where the table is too wide, since the verdict repeats them, or the other columns show as much. */
const DISPENSABLE = ['NOW', 'KEPT', 'A MONTH', '95 %']

/** Indices of the columns for a width: the last one, the verdict, is never shortened while others can go. */
function shownColumns(rows: readonly (readonly string[])[], width: number): number[] {
  const lengthAt = (i: number): number => Math.max(columns[i].title.length, ...rows.map(cells => graphemesOf(cells[i]).length))
  let shown = [...columns.keys()].filter(i => columns[i].from <= width)
  for (const title of DISPENSABLE) {
    const needed = shown.reduce((sum, i) => sum + lengthAt(i) + COLUMN_GAP, -COLUMN_GAP)
    if (needed <= width) break
    shown = shown.filter(i => columns[i].title !== title)
  }
  return shown
}

/** The header, the main element with as many of its levels as there is room for, and the other elements. */
function tableLines({ staleness, main }: AuditSummary, width: number, room: number): string[] {
  const { known: elements, unknown } = shownRows(staleness)
  const last = unknown.length === 0 ? [] : [cut(`no interval: ${unknown.join(', ')}`, width)]
  const levelsRoom = room - 1 - elements.length - last.length
  const rows = elements.flatMap(row => [elementCells(row), ...(row.element === main ? pickedLevels(row, levelsRoom).map(levelCells) : [])])
  const shown = shownColumns(rows, width)
  const shownCells = rows.map(cells => shown.map(i => cells[i]))
  const lines = [
    ...layOutRows(
      shown.map(i => columns[i]),
      shownCells,
      width,
    ).map(row => row[0]),
    ...last,
  ]
  const hidden = lines.length - room
  return hidden > 0 ? [...lines.slice(0, room - 1), `… ${hidden + 1} more in the report`] : lines
}

function elementCells(row: StalenessRow): string[] {
  const { name, now } = row
  const level = shownLevel(row)!
  const verdict = cut(choiceText(row), 22)
  return [
    cut(name, 14),
    cut(shortTitle(now), 11),
    sparkline(olderLevels(row)),
    cut(shortTitle(level.title), 14),
    ...changeCells(level),
    verdict,
  ]
}

function levelCells(level: StalenessRow['levels'][number]): string[] {
  return ['', '', bar(level), cut(`  ${shortTitle(level.title)}`, 14), ...changeCells(level), '']
}

function changeCells({ change }: StalenessRow['levels'][number]): [share: string, interval: string, perMonth: string] {
  if (!isAvailable(change)) return ['not known', '', '']
  const [share, interval] = changeParts(change.share)
  return [share, interval, roundedText(monthlyValue(change.perWeek.value), '')]
}

const olderLevels = ({ levels, firstOlder = levels.length }: StalenessRow): StalenessRow['levels'] => levels.slice(firstOlder)

/** All older levels but the one of the element's own line, or as many, evenly spread, as there is room for. */
function pickedLevels(row: StalenessRow, room: number): StalenessRow['levels'] {
  const shown = shownLevel(row)
  const others = olderLevels(row).filter(level => level !== shown)
  if (others.length <= room) return others
  if (room <= 1) return others.slice(0, Math.max(0, room))
  return Array.from({ length: room }, (_, i) => others[Math.round((i * (others.length - 1)) / (room - 1))])
}

const EIGHTHS = '▁▂▃▄▅▆▇█'

/** The value kept at each level, freshest first. */
const sparkline = (levels: StalenessRow['levels']): string =>
  levels
    .map(level => {
      const share = keptShare(level)
      return share === undefined ? '·' : EIGHTHS[Math.max(0, Math.ceil(share * 8) - 1)]
    })
    .join('')

const BAR_WIDTH = 7

/** The value kept at one level, as a bar. */
function bar(level: StalenessRow['levels'][number]): string {
  const share = keptShare(level)
  return share === undefined ? '·' : '█'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '░')
}

/** From 0 to 1; undefined where the change is not known. */
const keptShare = ({ change }: StalenessRow['levels'][number]): number | undefined =>
  isAvailable(change) ? Math.min(1, Math.max(0, 1 + change.share.value)) : undefined

function editLines(edits: readonly PlanEdit[], width: number): string[] {
  // Imports follow from the other edits.
  const isImport = ({ after }: PlanEdit): number => Number(/^import\b/.test(after.trimStart()))
  const lines = edits
    .toSorted((a, b) => isImport(a) - isImport(b))
    .flatMap(({ file, line, before, after }) => [
      `${file}:${line}`,
      ...before.split('\n').map(text => `- ${text.trim()}`),
      ...after.split('\n').map(text => `+ ${text.trim()}`),
    ])
  const shown =
    lines.length > EDIT_LINES ? [...lines.slice(0, EDIT_LINES - 1), `… ${lines.length - EDIT_LINES + 1} more lines in the report`] : lines
  return shown.map((text, i) => cut((i === 0 ? 'EDIT' : '').padEnd(LABEL_WIDTH) + text, width))
}

/** The text on one line, shortened to a number of characters. */
function cut(text: string, most: number): string {
  const characters = graphemesOf(text.replaceAll('\n', ' '))
  return characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`
}
