/** Changes of one column in a history: other values, in some events or in all, and everything else as it was. */
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { ColumnIR, SourceIR, Value } from '../../src/define/ir/ir.ts'
import type { Draw } from './generate/draw.ts'

/** The history with other values in a column of a source. An event time only becomes earlier, so no event leads its ingestion. */
export function perturbColumn(draw: Draw, log: readonly LoggedEvent[], source: SourceIR, column: ColumnIR): LoggedEvent[] {
  const share = draw.pick([0.1, 0.4, 1])
  const own = log.filter(event => event.source === source.name)
  const pool = poolOf(own, column)
  const single = draw.chance(0.3) ? draw.pick(pool) : undefined
  const times = own.map(({ time }) => time)
  const span = Math.max(1, Math.max(...times) - Math.min(...times))
  return log.map(event => {
    if (event.source !== source.name || !draw.chance(share)) return event
    if (column.name !== source.time)
      return { ...event, row: { ...event.row, [column.name]: single === undefined ? draw.pick(pool) : single } }
    const time = event.time - draw.magnitude(span)
    return { ...event, time, row: { ...event.row, [column.name]: time } }
  })
}

/** The values of the column, NULL where it may be NULL, and a few more. */
function poolOf(events: readonly LoggedEvent[], column: ColumnIR): Value[] {
  const values = new Set(events.map(({ row }) => row[column.name] ?? null))
  if (column.nullable) values.add(null)
  if (column.type === 'bool') values.add(true).add(false)
  else if (column.type === 'string') values.add('no such text')
  else for (const number of [0, 1, -1, 7]) values.add(number)
  return [...values]
}
