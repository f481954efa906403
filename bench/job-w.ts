/**
 * Job W: count, sum, min, max and mean over 5 minutes, 1 hour, 24 hours and 7 days of the key, at every event: 20 columns.
 *
 * Two forms. *As known*: V(P up to e, e.arrival), in order of arrival. *Corrected*: V(all, e.time), which is what SQL's `RANGE` windows
 * compute: history sorted by time; events of equal time are applied together before any of them reads.
 */
import { ascendingOrder } from '../src/columns/order.ts'
import type { Block } from '../src/columns/block.ts'
import { Strings } from '../src/columns/strings.ts'
import type { FeatureColumn } from '../src/aggregate/partial/kernel-partial.ts'
import { defaultHop } from '../src/define/expression/window.ts'
import type { ColumnIR, FeatureIR, GroupIR, SourceIR } from '../src/define/ir/ir.ts'
import { Kernel } from '../src/kernel/kernel.ts'
import { step } from '../test/kernel/step.ts'
import type { Events } from './data/synthetic.ts'

export const windows = { w5m: 300_000, w1h: 3_600_000, w24h: 86_400_000, w7d: 604_800_000 } as const
export const aggregates = ['count', 'sum', 'min', 'max', 'mean'] as const

const value: ColumnIR = { name: 'value', type: 'int', nullable: false, min: -1_000_000, max: 100_000_000 }

export const source: SourceIR = {
  name: 'events',
  columns: [{ name: 'key', type: 'string', nullable: false, entity: 'key' }, value, { name: 'time', type: 'timestamp', nullable: false }],
  key: 'key',
  time: 'time',
  arrives: { kind: 'after', delay: 0 },
  allowedLateness: 86_400_000,
  maxClockSkew: 60_000,
  dedupe: 3_600_000,
}

/** `exact`: a hop of one millisecond. `tiles`: each window's default hop. */
export function jobW(form: 'exact' | 'tiles'): GroupIR {
  const features = Object.entries(windows).flatMap(([name, window]) =>
    aggregates.map((agg): FeatureIR => {
      const common = { name: `${agg}_${name}`, agg, window, hop: form === 'exact' ? 1 : defaultHop(window) }
      if (agg === 'count') return { ...common, type: 'int' }
      return { ...common, type: agg === 'mean' ? 'double' : 'int', input: { op: 'column', name: 'value', type: 'int' } }
    }),
  )
  return { name: 'w', source: 'events', entity: ['key'], key: ['key'], place: { kind: 'stream' }, features }
}

/** Events as a kernel block; the id of a key's string is its number. */
export function blockOf(events: Events): Block {
  const sourcePosition = new Float64Array(events.length)
  for (let row = 0; row < events.length; row++) sourcePosition[row] = row
  return {
    length: events.length,
    time: events.time,
    arrival: events.arrival,
    sourcePosition,
    columns: { key: { values: events.key }, value: { values: events.value }, time: { values: events.time } },
  }
}

export interface Result {
  readonly columns: FeatureColumn[]
  /** The event of each row; absent if it is the row's own number. */
  readonly rows: Uint32Array | undefined
  readonly kernel: Kernel
}

export function asKnown(group: GroupIR, block: Block, into?: FeatureColumn[]): Result {
  const kernel = new Kernel(group, source, { strings: new Strings() })
  return { kernel, rows: undefined, columns: step(kernel, block, into) }
}

export function corrected(group: GroupIR, events: Events, into?: FeatureColumn[]): Result {
  const rows = ascendingOrder(events.time)
  const block = blockOf(rows ? inOrder(events, rows) : events)
  const kernel = new Kernel(group, source, { strings: new Strings(), watermark: 'time' })
  const asks = { length: block.length, keys: [block.columns['key']], upto: endsOfEqualTimes(block.time), asOf: block.time }
  return { kernel, rows, columns: kernel.applyAndRead(block, asks, into) }
}

function inOrder(events: Events, rows: Uint32Array): Events {
  const { length } = events
  const sorted = {
    length,
    time: new Float64Array(length),
    arrival: new Float64Array(length),
    key: new Int32Array(length),
    value: new Float64Array(length),
  }
  for (let i = 0; i < length; i++) {
    const row = rows[i]
    sorted.time[i] = events.time[row]!
    sorted.arrival[i] = events.arrival[row]!
    sorted.key[i] = events.key[row]!
    sorted.value[i] = events.value[row]!
  }
  return sorted
}

/** For each event, the number of events that are not later. */
function endsOfEqualTimes(time: Float64Array): Int32Array {
  const ends = new Int32Array(time.length)
  for (let i = time.length - 1; i >= 0; i--) ends[i] = i + 1 < time.length && time[i + 1] === time[i] ? ends[i + 1] : i + 1
  return ends
}
