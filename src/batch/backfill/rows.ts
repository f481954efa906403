/**
 * The rows of a group: keys and times, by partition, in order of time. Within one time, events are in log order, and live keys in key order
 * (numbers by size, texts by UTF-8 bytes).
 */
import { type ColumnData, gatherColumn, gatherArray, sliceColumn, type Strings } from '../../columns/index.ts'
import type { FeatureIR, GroupIR } from '../../define/ir/index.ts'
import { Kernel, scheduledTimes } from '../../kernel/index.ts'
import type { BackfillGroup } from './target.ts'
import type { CalendarPartition } from '../../offline/index.ts'
import { EventCursor, EVENTS_AT_ONCE, type EventHistory } from './events.ts'

/** Some rows in columns. */
export interface RowChunk {
  readonly length: number
  /** UTC ms, non-decreasing. */
  readonly t: Float64Array
  readonly keys: readonly ColumnData[]
}

/** Rows by partition; partitions must be requested in order. */
export interface BackfillRowReader {
  in(partition: CalendarPartition): Iterable<RowChunk>
}

/** `from`: the first partition. `until`: the last time that is known, UTC ms. */
export function backfillRowReader(target: BackfillGroup, events: EventHistory, from: CalendarPartition, until: number): BackfillRowReader {
  return target.rowTimes.kind === 'events'
    ? { in: partition => atEvents(target, events, partition) }
    : new AtTimes(target, events, from, until)
}

function* atEvents({ group, source }: BackfillGroup, events: EventHistory, { start, end }: CalendarPartition): Generator<RowChunk> {
  for (const { length, arrival, columns } of events.blocks(source, new Set(group.key), start, end)) {
    const keys = group.key.map(name => columns[name])
    const validRows = rowsWithKey(keys, length)
    if (!validRows) yield { length, t: arrival, keys }
    else yield { length: validRows.length, t: gatherArray(arrival, validRows), keys: keys.map(column => gatherColumn(column, validRows)) }
  }
}

/** Rows without a NULL in their key; `undefined` if that is every row. */
function rowsWithKey(keys: readonly ColumnData[], length: number): Uint32Array | undefined {
  const nullable = keys.flatMap(({ nulls }) => nulls ?? [])
  if (nullable.length === 0) return undefined
  const rows = new Uint32Array(length)
  let count = 0
  for (let row = 0; row < length; row++) if (nullable.every(nulls => nulls[row] !== 1)) rows[count++] = row
  return count === length ? undefined : rows.subarray(0, count)
}

/** Rows for every live key at the times of a schedule. */
class AtTimes implements BackfillRowReader {
  readonly #strings: Strings
  readonly #schedule: Extract<BackfillGroup['rowTimes'], { kind: 'times' }>['schedule']
  readonly #until: number
  readonly #events: EventCursor
  /** Computes the time since the last event of each key. */
  readonly #kernel: Kernel

  constructor(target: BackfillGroup, events: EventHistory, { start }: CalendarPartition, until: number) {
    const { group, source, live, rowTimes, columns } = target
    this.#strings = events.strings
    this.#schedule = (rowTimes as Extract<BackfillGroup['rowTimes'], { kind: 'times' }>).schedule
    this.#until = until
    this.#events = new EventCursor(events, source, new Set(columns), start - live)
    this.#kernel = new Kernel(livenessGroup(group, live), source, { strings: events.strings })
  }

  *in({ start, end }: CalendarPartition): Generator<RowChunk> {
    for (const t of scheduledTimes(this.#schedule, start, Math.min(end, this.#until + 1))) {
      for (const block of this.#events.readBefore(t + 1)) this.#kernel.apply(block)
      const chunk = this.#liveAt(t)
      for (let from = 0; from < chunk.length; from += EVENTS_AT_ONCE)
        yield chunkSlice(chunk, from, Math.min(chunk.length, from + EVENTS_AT_ONCE))
    }
  }

  #liveAt(t: number): RowChunk {
    const keys = this.#kernel.keysOfSlots(0, this.#kernel.keyCount)
    const [{ nulls }] = this.#kernel.read(keys, new Float64Array(this.#kernel.keyCount).fill(t))
    const live = Uint32Array.from(nulls.keys()).filter(row => nulls[row] !== 1)
    live.sort(keyOrder(keys, this.#strings))
    return { length: live.length, t: new Float64Array(live.length).fill(t), keys: keys.map(column => gatherColumn(column, live)) }
  }
}

function chunkSlice({ t, keys }: RowChunk, from: number, to: number): RowChunk {
  return { length: to - from, t: t.subarray(from, to), keys: keys.map(column => sliceColumn(column, from, to)) }
}

/** A group with one feature, from which liveness follows. */
function livenessGroup(group: GroupIR, live: number): GroupIR {
  const window = live === Infinity ? 'lifetime' : live
  const feature: FeatureIR = { name: 'since', agg: 'timeSinceLast', type: 'duration', window, hop: 1 }
  return { ...group, features: [feature] }
}

function keyOrder(keys: readonly ColumnData[], strings: Strings): (left: number, right: number) => number {
  return (left, right) => {
    for (const { values } of keys) {
      const [a, b] = [values[left], values[right]]
      if (a !== b) return values instanceof Int32Array ? strings.compare(a, b) : a - b
    }
    return 0
  }
}
