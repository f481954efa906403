import { SpillwayError } from '../../base/index.ts'
import type { ColumnData } from '../../columns/index.ts'
import type { ReplayLog } from '../../replay/index.ts'
import type { HistorySpan } from './simulate/rate.ts'

/** Sorted arrival times, UTC ms. */
export interface Arrivals {
  readonly at: Float64Array
  /** Hash of each arrival's key, which determines its partition. Undefined if all share one queue. */
  readonly key?: Uint32Array
}

/** Arrival times of everything in a history. */
export interface ArrivalTrace extends HistorySpan {
  readonly sources: ReadonlyMap<string, Arrivals>
  readonly decisions: Arrivals
}

/**
 * The arrivals of a history, with the times of its decisions, sorted, UTC ms.
 *
 * @example
 * const trace = traceOf(log, Float64Array.of(log.until))
 */
export function arrivalTraceOf(log: ReplayLog, decisions: Float64Array): ArrivalTrace {
  const sources = new Map(
    [...log.histories].map(([name, { source, block }]) => [
      name,
      { at: block.arrival, key: keyHashes(block.columns[source.key], block.length) },
    ]),
  )
  const trace = { from: Math.min(log.first, decisions[0] ?? Infinity), until: Math.max(log.until, decisions.at(-1) ?? -Infinity), sources }
  return { ...trace, decisions: { at: decisions } }
}

/** Hashes each key to 32 bits. A text is represented by its id. */
function keyHashes(column: ColumnData | undefined, length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, row) => mix32(column ? column.values[row] : row))
}

/** Finalizer of MurmurHash3 (Appleby 2011), over the low and the high bits of an integer. */
function mix32(value: number): number {
  let mixed = (value | 0) ^ Math.imul(Math.floor(value / 2 ** 32) | 0, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** Throws `SPILL_INPUT` for a trace that cannot be simulated: empty, at a single instant, unsorted, or outside of its history. */
export function checkTrace({ from, until, sources, decisions }: ArrivalTrace): void {
  const all = [...[...sources].map(([name, arrivals]) => [`source '${name}'`, arrivals] as const), ['decisions', decisions] as const]
  if (all.every(([, { at }]) => at.length === 0)) reject('the arrival trace is empty; give a history with events')
  if (!(Number.isFinite(from) && Number.isFinite(until))) reject(`the arrival trace has no beginning or no end: ${from} to ${until}`)
  if (until <= from) reject('everything arrives at one instant, so there is no rate and no monthly cost; give a longer history')
  for (const [name, { at, key }] of all) {
    if (key && key.length !== at.length) reject(`${name}: ${at.length} arrivals but ${key.length} keys`)
    for (let i = 0, last = from; i < at.length; last = at[i++])
      if (!(at[i] >= last && at[i] <= until)) reject(`${name}: arrival ${i} is ${at[i]}, which is unsorted or outside of the history`)
  }
}

function reject(why: string): never {
  throw new SpillwayError('SPILL_INPUT', why)
}
