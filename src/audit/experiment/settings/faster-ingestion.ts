/** Faster ingestion: a history whose events arrived after a fraction of their delay, in the order of the new arrivals. */
import { gatherBlock, gatherColumn, gatherArray, ascendingOrder, countUpTo, RowIndex, type Block } from '../../../columns/index.ts'
import type { PipelineIR, SourceIR } from '../../../define/ir/index.ts'
import type { SourceHistory, MergedOrder } from '../../../intake/index.ts'
import { identityColumns } from '../../../kernel/index.ts'
import { replayLog, type ReplayLog, type ReplayPoints } from '../../../replay/index.ts'
import { memoizePrefixes, type DecidingModel, type Timeline } from '../timeline/timeline.ts'

export function withFasterIngestion(part: number, { ir, model }: DecidingModel, base: Timeline): Timeline {
  const arrivals = new Map([...base.log.histories].map(([name, { source, block }]) => [name, earlierArrivals(part, source, block)]))
  const orders = new Map([...arrivals].map(([name, arrival]) => [name, ascendingOrder(arrival)]))
  const histories = new Map(
    [...base.log.histories].map(([name, history]) => [name, reordered(history, arrivals.get(name)!, orders.get(name))]),
  )
  const log = replayLog(ir, histories, base.log.strings, { ...base.log, order: mergedByArrival(ir, base.log, arrivals) })
  const { points } = base.rows
  if (model.decide.kind !== 'on') {
    const arrivedBy = (source: string) => countUpTo(histories.get(source)!.block.arrival, points.t)
    const prefixes = model.decide.kind === 'every' ? arrivedBy : beforeRequests(base, arrivals, histories)
    return { log, rows: { ...base.rows, points: { ...points, prefixes: memoizePrefixes(prefixes) } } }
  }
  return { log, ...onEvents(model.decide.source, base, log, orders.get(model.decide.source)) }
}

/** A request sees the events that arrived before it, and those of its own time that preceded it originally. */
function beforeRequests(
  { log, rows: { points } }: Timeline,
  arrivals: ReadonlyMap<string, Float64Array>,
  histories: ReadonlyMap<string, SourceHistory>,
): ReplayPoints['prefixes'] {
  return source => {
    const before = points.t.map(t => t - 1)
    const original = points.prefixes(source)
    const earlier = countUpTo(log.histories.get(source)!.block.arrival, before)
    return countUpTo(histories.get(source)!.block.arrival, before).map((count, request) => {
      const simultaneous = arrivals.get(source)!.subarray(earlier[request], original[request])
      return count + simultaneous.filter(arrival => arrival === points.t[request]).length
    })
  }
}

/** The decisions on events, in the new order of their source. */
function onEvents(name: string, base: Timeline, log: ReplayLog, order: Uint32Array | undefined): Pick<Timeline, 'rows' | 'caseOf'> {
  const { rows } = base
  const { length } = base.log.histories.get(name)!.block
  // A deletion event triggers no decision.
  const caseAt = new Int32Array(length).fill(-1)
  // The triggering event is the last visible event of its source.
  rows.points.prefixes(name).forEach((visible, row) => (caseAt[visible - 1] = row))
  const events = Uint32Array.from({ length }, (_, i) => order?.[i] ?? i)
  const places = Uint32Array.from({ length }, (_, i) => i).filter(i => caseAt[events[i]] >= 0)
  const caseOf = places.map(i => caseAt[events[i]])
  const { arrival } = log.histories.get(name)!.block
  return {
    caseOf,
    rows: {
      length: rows.length,
      points: {
        t: gatherArray(arrival, places),
        prefixes: memoizePrefixes(source => gatherArray(log.prefixes(source, name), places)),
        source: name,
      },
      columnOf: column => gatherColumn(rows.columnOf(column), caseOf),
    },
  }
}

/** The new arrivals. A revision never arrives before the event that it revises. */
function earlierArrivals(part: number, source: SourceIR, block: Block): Float64Array {
  const { time, arrival, columns, length } = block
  const arrivals = arrival.map((at, row) => time[row] + Math.round(part * (at - time[row])))
  if (!source.identity) return arrivals
  const index = new RowIndex(
    identityColumns(source).map(name => columns[name]),
    length,
  )
  for (let row = 0; row < length; row++) {
    if (index.hasNull(row)) continue
    const revised = index.find(row)
    if (revised >= 0 && arrivals[revised] > arrivals[row]) arrivals[row] = arrivals[revised]!
    index.put(row)
  }
  return arrivals
}

function reordered(history: SourceHistory, arrival: Float64Array, order: Uint32Array | undefined): SourceHistory {
  const block = { ...history.block, arrival }
  // The position of an event in its source is unchanged.
  return { ...history, block: order ? gatherBlock(block, order) : block }
}

/** The events of all sources by new arrival; equal ones in the original order. */
function mergedByArrival({ sources }: PipelineIR, log: ReplayLog, arrivals: ReadonlyMap<string, Float64Array>): MergedOrder {
  const source = new Uint8Array(log.length)
  const arrival = new Float64Array(log.length)
  sources.forEach(({ name }, s) => {
    const rank = new Float64Array(arrivals.get(name)!.length)
    for (const other of sources) log.prefixes(other.name, name).forEach((count, row) => (rank[row] = rank[row] + count))
    rank.forEach((at, row) => {
      source[at - 1] = s
      arrival[at - 1] = arrivals.get(name)![row]!
    })
  })
  const order = ascendingOrder(arrival)
  const sorted = order ? Uint8Array.from(order, at => source[at]) : source
  const next = new Uint32Array(sources.length)
  const row = Uint32Array.from(sorted, s => next[s]++)
  return { length: log.length, source: sorted, row }
}
