/** Loads the log of a data folder as a history in memory, as a replay loads files. */
import { SpillwayError, limits } from '../../base/index.ts'
import { batchRunsIn, lastSwapBefore } from '../../batch/index.ts'
import { type Block, concatBlocks, concatArrays, emptyBlock, Strings } from '../../columns/index.ts'
import { columnsNeeded } from '../../decision/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { RequestReader, type SourceHistory, type MergedOrder } from '../../intake/index.ts'
import type { BatchRuns } from '../../kernel/index.ts'
import { logStartOf, Log, type LogMarker, type Segment, type NamedValues, type SegmentLog } from '../../log/index.ts'
import { replayLog, type ReplayLogOptions, type ReplayLog, type Requests } from '../../replay/index.ts'

type Swap = Extract<LogMarker, { kind: 'swap' }>

/** Options of a stored history. */
export interface StoredHistoryOptions {
  /** Entries from here on are left out; a segment begins here, or the log ends. */
  readonly to?: number | undefined
  /** Ticks are made up to here, UTC ms; default: the last arrival. */
  readonly until?: number
  readonly onProgress?: (share: number) => void
  /** Accepts a log that has forgotten its beginning. The result says what is missing, and its reader leaves out what depends on that. */
  readonly allowForgotten?: boolean
  /** Receives each segment. */
  readonly onSegment?: (segment: Segment) => void
}

/**
 * `read`: the pipeline with only the wanted sources. Memory: that of a replay of their events. Throws `SPILL_UNSUPPORTED` for a log that
 * has forgotten its beginning unless `allowForgotten`, `SPILL_LIMIT` beyond REPLAY_EVENTS_MAX events, `SPILL_DATA` if it is damaged, and
 * `SPILL_SCHEMA` as a run does.
 */
export function storedHistory(
  ir: PipelineIR,
  read: PipelineIR,
  store: SegmentLog & NamedValues,
  strings: Strings,
  { to, until, onProgress, allowForgotten: mayBeCut = false, onSegment }: StoredHistoryOptions = {},
): ReplayLog {
  const { arrival } = logStartOf(store)
  if (arrival > -Infinity && !mayBeCut)
    throw new SpillwayError(
      'SPILL_UNSUPPORTED',
      `the log has forgotten what arrived up to ${new Date(arrival).toISOString()} (run --keep), and windows may reach back behind it; ` +
        'give the whole history as files (--source)',
    )
  const needed = columnsNeeded(read)
  const names = read.sources.map(({ name }) => name)
  const blocks = read.sources.map((source): Block[] => [emptyBlock(source, needed.get(source.name))])
  const orders: Uint8Array[] = []
  const swaps: Swap[] = []
  const log = new Log(store, { sources: ir.sources, stringsOf: () => strings })
  const requests = new StoredRequests(read, strings)
  const counts = names.map(() => 0)
  let events = 0
  const end = to ?? log.end
  const columnFilter = (source: string, column: string): boolean => needed.get(source)?.has(column) ?? false
  for (const segment of log.segments(0, end, { columnFilter })) {
    onSegment?.(segment)
    for (const { source, block } of segment.sources) {
      const index = names.indexOf(source)
      if (index < 0) continue
      blocks[index].push(block)
      counts[index] += block.length
      events += block.length
    }
    if (events > limits.REPLAY_EVENTS_MAX)
      throw new SpillwayError('SPILL_LIMIT', `more than ${limits.REPLAY_EVENTS_MAX} events in the log (REPLAY_EVENTS_MAX)`)
    orders.push(orderOf(segment, names))
    for (const marker of segment.markers) {
      if (marker.kind === 'swap') swaps.push(marker)
      requests.add(marker, source => counts[names.indexOf(source)])
    }
    onProgress?.((segment.first + segment.length) / end)
  }
  const histories = new Map(
    read.sources.map((source, i): [string, SourceHistory] => [source.name, historyOf(source, concatBlocks(blocks[i]))]),
  )
  return replayLog(read, histories, strings, {
    order: mergedOrder(concatArrays([new Uint8Array(0), ...orders]), names.length),
    ...runsKnown(read, store, swaps),
    requests: requests.requests(),
    ...(until !== undefined && { until }),
  })
}

/** The extent of a log by source: number of events and last arrival, UTC ms. One pass, without columns. */
export function logExtent(
  ir: PipelineIR,
  store: SegmentLog & NamedValues,
): { source: string; events: number; lastArrival: number | null }[] {
  const strings = new Strings()
  const log = new Log(store, { sources: ir.sources, stringsOf: () => strings })
  const last = new Map<string, number>()
  for (const { sources } of log.segments(0, log.end, { columnFilter: () => false }))
    for (const { source, block } of sources) last.set(source, block.arrival[block.length - 1])
  return ir.sources.map(({ name }) => ({ source: name, events: log.countEventsBefore(name, log.end), lastArrival: last.get(name) ?? null }))
}

/** Source index of each event of a segment, in order, without other sources. */
function orderOf({ order, sources }: Segment, names: readonly string[]): Uint8Array {
  const index = sources.map(({ source }) => names.indexOf(source))
  if (!order) return new Uint8Array(index[0] >= 0 ? sources[0].block.length : 0).fill(Math.max(0, index[0]))
  return order.filter(entry => (index[entry] ?? -1) >= 0).map(entry => index[entry])
}

/**
 * The batch runs in use over time, and what is missing. Another process may forget entries during this read, so this is checked afterwards.
 * The ledger may know a swap whose marker was forgotten; earlier decisions are unknown.
 */
function runsKnown(
  { groups }: PipelineIR,
  store: SegmentLog & NamedValues,
  swaps: readonly Swap[],
): Pick<ReplayLogOptions, 'runs' | 'forgotten' | 'knownAfter'> {
  const { entry, arrival: forgotten } = logStartOf(store)
  if (forgotten === -Infinity) return { runs: runsOf(swaps), forgotten, knownAfter: forgotten }
  const ledger = batchRunsIn(store)
  const batch = groups.filter(({ place }) => place.kind === 'batch')
  const before = batch.flatMap(({ name }): Pick<Swap, 'group' | 't' | 's'>[] => {
    const last = lastSwapBefore(ledger, name, entry)
    return last ? [{ group: name, t: last.swappedAt!, s: last.s }] : []
  })
  const all = [...before, ...swaps.filter(({ t }) => t >= forgotten)]
  const unknown = batch.filter(({ name }) => !before.some(({ group }) => group === name))
  const firsts = unknown.flatMap(({ name }) => all.find(({ group }) => group === name)?.t ?? [])
  return { runs: runsOf(all), forgotten, knownAfter: Math.max(forgotten, ...firsts) }
}

function runsOf(swaps: readonly Pick<Swap, 'group' | 't' | 's'>[]): ReadonlyMap<string, BatchRuns> {
  const byGroup = Map.groupBy(swaps, ({ group }) => group)
  return new Map(
    [...byGroup].map(([group, ofGroup]) => [
      group,
      { swapped: Float64Array.from(ofGroup, ({ t }) => t), asOf: Float64Array.from(ofGroup, ({ s }) => s) },
    ]),
  )
}

function mergedOrder(source: Uint8Array, sources: number): MergedOrder {
  const next = new Uint32Array(sources)
  return { length: source.length, source, row: Uint32Array.from(source, of => next[of]++) }
}

/** Rejected records are counted elsewhere. */
const historyOf = (source: SourceHistory['source'], block: Block): SourceHistory => ({
  source,
  block,
  counts: { records: block.length, skipped: 0, ahead: 0, rejected: {}, accepted: block.length, duplicates: 0, late: 0 },
})

interface ModelRequests {
  readonly reader: RequestReader
  readonly t: number[]
  /** Number of events before each request, by source. */
  readonly eventsBefore: ReadonlyMap<string, number[]>
}

/** Collects the logged decision requests. */
class StoredRequests {
  readonly #requests: ReadonlyMap<string, ModelRequests>

  constructor({ models, sources }: PipelineIR, strings: Strings) {
    this.#requests = new Map(
      models.flatMap(({ name, decide }): [string, ModelRequests][] => {
        if (decide.kind !== 'request') return []
        const eventsBefore = new Map(sources.map((source): [string, number[]] => [source.name, []]))
        return [[name, { reader: RequestReader.forStored(decide, strings), t: [], eventsBefore }]]
      }),
    )
  }

  /** Adds a marker if it is a valid request of one of these models. `countOf`: number of events of a source before it. */
  add(marker: LogMarker, countOf: (source: string) => number): void {
    const requests = marker.kind === 'request' ? this.#requests.get(marker.model) : undefined
    if (!requests || marker.kind !== 'request' || requests.reader.readFields(marker.fields)) return
    requests.t.push(marker.t)
    for (const [source, counts] of requests.eventsBefore) counts.push(countOf(source))
  }

  requests(): ReadonlyMap<string, Requests> {
    return new Map(
      [...this.#requests].map(([model, { reader, t, eventsBefore }]): [string, Requests] => [
        model,
        { t: Float64Array.from(t), prefixes: source => Int32Array.from(eventsBefore.get(source)!), columns: reader.columns() },
      ]),
    )
  }
}
