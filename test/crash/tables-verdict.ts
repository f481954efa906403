/** Expected log of a run over tables: every committed row once, rows of one writer in order, and their decisions and effects. */
import { existsSync, readFileSync } from 'node:fs'
import type { StoredEffect } from '../../src/log/effects.ts'
import { readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { checkDeliveries } from './delivery-laws.ts'
import { diskOf } from './folder.ts'
import type { HookReceiver } from './hook-receiver.ts'
import { entriesOf, logOf } from './inspect.ts'
import { judge, type Judgement } from './judge.ts'
import { copiedRowsFile, tables } from './tables.ts'
import { decisionsInFile } from './decision-file.ts'
import { compareLists, fault, type Verdict } from './verdict.ts'
import { ROWS_BEFORE, type WrittenTables } from './written-tables.ts'

export interface TablesEvidence {
  readonly data: string
  /** The file of decisions. */
  readonly decisionFile: string
  readonly receiver: HookReceiver
  readonly written: WrittenTables
  readonly broken: readonly string[]
}

export function effectsIn(data: string): StoredEffect[] {
  const reader = readDataFolder(data)
  try {
    return [...reader.effects.newestFirst()].toReversed()
  } finally {
    reader.close()
  }
}

export async function judgeTables({ data, decisionFile, receiver, written, broken }: TablesEvidence): Promise<Judgement> {
  const reader = readDataFolder(data)
  const disk = diskOf(reader)
  reader.close()
  const { ir } = tables
  const result = await judge(
    {
      of: { seed: 0, ir, partitions: 1, feeds: [], steps: [] },
      eras: [{ ir, from: { entry: 0, skip: 0 } }],
      published: decisionsInFile(decisionFile),
      publishedEffects: new Map(),
      answers: new Map(),
      lost: [],
      broken,
    },
    disk,
  )
  const { segments, strings } = logOf(ir, disk)
  const events = entriesOf(ir, segments, strings).flatMap(entry => ('event' in entry ? [entry.event] : []))
  const committed = await written.committed()
  const copied = { orders: 0, moves: copiedRows(decisionFile) }
  for (const source of ['orders', 'moves'] as const) {
    const rows = events.filter(event => event.source === source).map(({ row }) => ({ who: String(row['who']), n: Number(row['n']) }))
    const acknowledged = new Set(committed[source])
    for (const n of written.acknowledged[source])
      if (!acknowledged.has(n)) fault(result.verdict, 'lost', `row ${n} of '${source}', which the server had acknowledged, by the server`)
    if (broken.length === 0) checkRows(result.verdict, { source, committed: committed[source], copied: copied[source] }, rows)
  }
  if (broken.length === 0 && copied.moves < ROWS_BEFORE) fault(result.verdict, 'different', `${copied.moves} rows of 'moves' were copied`)
  for (const { place, reason } of disk.commits.flatMap(({ deadLetters: dead = [] }) => dead))
    fault(result.verdict, 'different', `${place} is rejected as ${reason}`)
  checkDeliveries(result.verdict, effectsIn(data), receiver.arrivals)
  return result
}

const copiedRows = (decisionFile: string): number => {
  const file = copiedRowsFile(decisionFile)
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
}

interface ExpectedRows {
  readonly source: string
  readonly committed: readonly number[]
  /** Rows that were copied, which come first: a server scans a table in no order. */
  readonly copied: number
}

/** Compares rows as sets by number, and those of each writer in order, behind all that were copied. */
function checkRows(
  verdict: Verdict,
  { source, committed, copied }: ExpectedRows,
  rows: readonly { readonly who: string; readonly n: number }[],
): void {
  const inOrder = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b).map(n => `row ${n}`)
  compareLists(verdict, `of '${source}'`, inOrder(committed), inOrder(rows.map(({ n }) => n)))
  const greatest = new Map<string, number>()
  for (const [i, { who, n }] of rows.entries()) {
    const last = greatest.get(who) ?? -Infinity
    if (i >= copied && n < last) fault(verdict, 'different', `row ${n} of '${source}' by ${who} stands behind ${last}`)
    greatest.set(who, Math.max(n, last))
  }
}
