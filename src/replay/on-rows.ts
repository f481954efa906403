/** Builds the triggers that are rows: the events of a source, and requests. Each row is one decision point and one decision. */
import type { Block, Column } from '../columns/block.ts'
import { gather, picked } from '../columns/gather.ts'
import { columnSlice } from '../columns/slice.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { isDeleted } from '../kernel/superseded.ts'
import type { ReplayLog, Requests } from './log.ts'
import type { Stretch, Triggering } from './triggering.ts'

/**
 * The triggers of `on(source)`: `P` is everything up to and including the event, `t` its arrival. An event marked deleted triggers
 * nothing.
 */
export function onEvents(name: string, log: ReplayLog): Triggering {
  const { source, block: history } = log.histories.get(name)!
  const rows = countingRows(source, history)
  const block = rows ? { ...gather(history, rows), position: picked(history.position, rows) } : history
  const prefixes = (counted: string) => (rows ? picked(log.prefixes(counted, name), rows) : log.prefixes(counted, name))
  return {
    moments: { t: block.arrival, prefixes, source: name, position: block.position },
    stretches: size => rowStretches(block.length, block.columns, size),
  }
}

/** The rows that are not marked deleted; `undefined` if all rows count. */
function countingRows(source: SourceIR, block: Block): Uint32Array | undefined {
  if (source.deleted === undefined) return undefined
  const rows = Uint32Array.from({ length: block.length }, (_, row) => row).filter(row => !isDeleted(source, block, row))
  return rows.length < block.length ? rows : undefined
}

/** The triggers of `request({…})`: `P` is everything before the request. */
export function onRequests({ t, prefixes, columns }: Requests): Triggering {
  return { moments: { t, prefixes, source: undefined }, stretches: size => rowStretches(t.length, columns, size) }
}

/** Batches of rows, one decision point per row. */
export function* rowStretches(length: number, columns: Readonly<Record<string, Column>>, size: number): Generator<Stretch> {
  for (let from = 0; from < length; from += size) {
    const to = Math.min(from + size, length)
    yield { length: to - from, from, to, columnOf: name => columnSlice(columns[name], from, to) }
  }
}
