/** Triggers that are rows: the events of a source, and requests. Each is one moment, and one decision. */
import type { Column } from '../columns/block.ts'
import { columnSlice } from '../columns/slice.ts'
import type { ReplayLog, Requests } from './log.ts'
import type { Stretch, Triggering } from './triggering.ts'

/** `on(source)`: `P` is everything up to and including the event, `t` its arrival. */
export function onEvents(source: string, log: ReplayLog): Triggering {
  const { block } = log.histories.get(source)!
  return {
    moments: { t: block.arrival, prefixes: counted => log.prefixes(counted, source), source },
    stretches: size => rowStretches(block.length, block.columns, size),
  }
}

/** `request({…})`: `P` is everything before it. */
export function onRequests({ t, prefixes, columns }: Requests): Triggering {
  return { moments: { t, prefixes, source: undefined }, stretches: size => rowStretches(t.length, columns, size) }
}

function* rowStretches(length: number, columns: Readonly<Record<string, Column>>, size: number): Generator<Stretch> {
  for (let from = 0; from < length; from += size) {
    const to = Math.min(from + size, length)
    yield { length: to - from, from, to, columnOf: name => columnSlice(columns[name], from, to) }
  }
}
