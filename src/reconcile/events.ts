/** The events of a log as rows, numbered as recorded decisions count them. */
import { limits } from '../base/limits.ts'
import { Strings } from '../columns/strings.ts'
import type { LoggedEvent } from '../define/source/event.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { valueAt } from '../intake/row-text.ts'
import { beginsOf } from '../log/begins.ts'
import type { Log } from '../log/log.ts'
import type { StoredLog } from '../log/store.ts'
import { eventsBefore, type Wanted } from './places.ts'

/** Those of a source before `end`, each with how many of its source the log ever had before it. One segment is held at a time. */
export function* eventsOf(
  store: StoredLog,
  log: Log,
  source: SourceIR,
  end: number,
  wanted: Wanted,
): Generator<readonly [number, LoggedEvent]> {
  const own: Wanted = (name, column) => name === source.name && wanted(name, column)
  const columns = source.columns.filter(({ name }) => wanted(source.name, name))
  let strings = new Strings()
  for (const segment of log.segments(beginsOf(store).entry, end, { stringsOf: () => strings, wanted: own })) {
    const block = segment.sources.find(rows => rows.source === source.name)?.block
    const first = eventsBefore(segment, source.name)
    for (let row = 0; row < (block?.length ?? 0); row++)
      yield [
        first + row,
        {
          source: source.name,
          partition: Math.floor(block!.position[row] / limits.OFFSET_MAX),
          offset: block!.position[row] % limits.OFFSET_MAX,
          arrival: block!.arrival[row],
          time: block!.time[row],
          row: Object.fromEntries(columns.map(column => [column.name, valueAt(block!, column, row, strings)])),
        },
      ]
    // Texts of one segment are no matter of the next.
    strings = new Strings()
  }
}
