import { limits } from '../../../src/base/limits.ts'
import type { Block, ColumnData } from '../../../src/columns/block.ts'
import type { Strings } from '../../../src/columns/strings.ts'
import type { LoggedEvent } from '../../../src/define/source/source.ts'
import type { ColumnType, SourceIR, Value } from '../../../src/define/ir/ir.ts'

/** Events of one source in columns, as from a decoder. */
export function blockOf(source: SourceIR, events: readonly LoggedEvent[], strings: Strings): Block {
  const columns = source.columns.map(
    ({ name, type }) =>
      [
        name,
        columnOf(
          type,
          events.map(event => event.row[name] ?? null),
          strings,
        ),
      ] as const,
  )
  return {
    length: events.length,
    time: Float64Array.from(events, event => event.time),
    arrival: Float64Array.from(events, event => event.arrival),
    sourcePosition: Float64Array.from(events, event => event.partition * limits.OFFSET_MAX + event.offset),
    columns: Object.fromEntries(columns),
  }
}

export function columnOf(type: ColumnType, values: readonly Value[], strings: Strings): ColumnData {
  const physical = (value: Value): number => (value === null ? 0 : type === 'string' ? strings.idOf(value as string) : Number(value))
  const into = type === 'string' ? Int32Array : Float64Array
  const column = { values: into.from(values.map(physical)) }
  return values.includes(null) ? { ...column, nulls: Uint8Array.from(values, value => (value === null ? 1 : 0)) } : column
}

/** The events [from, to) of a block. */
export function pieceOf(block: Block, from: number, to: number): Block {
  const columns = Object.entries(block.columns).map(([name, { values, nulls }]) => [
    name,
    { values: values.slice(from, to), nulls: nulls?.slice(from, to) },
  ])
  return {
    length: to - from,
    time: block.time.slice(from, to),
    arrival: block.arrival.slice(from, to),
    sourcePosition: block.sourcePosition.slice(from, to),
    columns: Object.fromEntries(columns) as Block['columns'],
  }
}
