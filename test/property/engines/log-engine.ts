import { ModelStore } from '../../crash/model-store.ts'
import { limits } from '../../../src/base/limits.ts'
import { Strings } from '../../../src/columns/strings.ts'
import type { LoggedEvent } from '../../../src/define/source/source.ts'
import { valueAt } from '../../../src/intake/row-reader.ts'
import { readSegment, SegmentWriter, type SegmentContext } from '../../../src/log/segment.ts'
import type { Case, Engine } from '../case.ts'
import { Draw } from '../generate/draw.ts'
import { blockOf } from './block.ts'
import { restoredValues } from './restored-kernel.ts'

/**
 * Engine `logged`: events are written to segments of a log, read back into columns with texts of other ids, and processed by kernels that
 * are discarded and restored on the way.
 */
export function loggedEngine(): Engine {
  return { name: 'log', values: of => Promise.resolve(restoredValues({ ...of, log: throughLog(of) })), close: () => {} }
}

/** The log of a case as read back, from segments of any lengths. */
function throughLog(of: Case): LoggedEvent[] {
  const draw = new Draw(of.seed)
  const store = new ModelStore()
  const context = contextOf(of, new Strings())
  const writer = new SegmentWriter(context)
  // Events of sources outside the pipeline have no columns to be written in; they only keep their positions.
  const isWritten = ({ source }: LoggedEvent) => of.ir.sources.some(({ name }) => name === source)
  const written = { ...of, log: of.log.filter(isWritten) }
  for (let first = 0; first < written.log.length;) {
    const entries = Math.min(written.log.length - first, draw.between(1, 12))
    const bytes = writer.write(segmentOf(written, first, entries, context))
    void store.commit({ segment: { first, entries, arrival: 0, bytes } })
    store.sync(1)
    first += entries
  }
  const read = store.segments.flatMap(({ bytes }) => eventsOf(of, bytes))
  return of.log.map(event => (isWritten(event) ? read.shift()! : event))
}

function contextOf({ ir }: Case, strings: Strings): SegmentContext {
  return { columnsOf: name => ir.sources.find(source => source.name === name)!.columns, stringsOf: () => strings }
}

function segmentOf(
  { ir, log }: Case,
  first: number,
  entries: number,
  { stringsOf }: SegmentContext,
): Parameters<SegmentWriter['write']>[0] {
  const events = log.slice(first, first + entries)
  const present = ir.sources.filter(({ name }) => events.some(event => event.source === name))
  const sources = present.map(source => {
    const own = events.filter(event => event.source === source.name)
    return { source: source.name, schema: 1, block: blockOf(source, own, stringsOf(source.name, '')) }
  })
  const order = Uint8Array.from(events, event => present.findIndex(({ name }) => name === event.source))
  return { first, length: entries, sources, order, markers: [], offsets: {} }
}

function eventsOf(of: Case, bytes: Uint8Array): LoggedEvent[] {
  const strings = new Strings()
  const { sources, order } = readSegment(bytes, contextOf(of, strings))
  const next = sources.map(() => 0)
  return Array.from(order!, index => {
    const { source, block } = sources[index]
    const row = next[index]++
    const { columns } = of.ir.sources.find(({ name }) => name === source)!
    return {
      source,
      partition: Math.floor(block.sourcePosition[row] / limits.OFFSET_MAX),
      offset: block.sourcePosition[row] % limits.OFFSET_MAX,
      arrival: block.arrival[row],
      time: block.time[row],
      row: Object.fromEntries(columns.map(column => [column.name, valueAt(block, column, row, strings)])),
    }
  })
}
