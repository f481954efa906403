/**
 * Cuts merged histories into segments of the log: their total order, with the ticks of models between their events.
 *
 * The cuts are a function of the histories and the models, so a repeated import gives the same segments, byte for byte.
 */
import { limits } from '../../base/index.ts'
import { sliceBlock } from '../../columns/index.ts'
import type { EveryTrigger } from '../../decision/index.ts'
import { type SourceHistory, mergeHistories } from '../../intake/index.ts'
import type { AppendInput, AppendRows, IdHashes } from '../../log/index.ts'

/** The hashes that the log stores beside the events: one row for each event. */
export interface HistoryHashes {
  readonly ids: IdHashes | undefined
  readonly identities: IdHashes | undefined
}

/** An accepted history and its hashes. */
export interface ImportedHistory extends HistoryHashes {
  readonly history: SourceHistory
}

/**
 * The ticks of an imported history: each marker follows every event with an arrival up to it and precedes all others (semantics, decisions
 * and placements).
 *
 * Ticks without a live key are skipped, so that a long silence costs nothing: those more than `live` after the last arrival.
 */
export class PastTicks {
  readonly #models: readonly Pick<EveryTrigger, 'every' | 'live'>[]
  readonly #next: number[]

  /** `from`: first time of a tick, UTC ms. */
  constructor(models: readonly Pick<EveryTrigger, 'every' | 'live'>[], from: number) {
    this.#models = models
    this.#next = models.map(({ every }) => atOrAfter(from, every))
  }

  /** The remaining ticks up to `until`, in order. `last`: last arrival before them. */
  upTo(until: number, last: number): number[] {
    const due = new Set<number>()
    this.#models.forEach(({ every, live }, i) => {
      const end = Math.min(until, last + live)
      for (let t = this.#next[i]; t <= end; t += every) due.add(t)
      this.#next[i] = Math.max(this.#next[i], atOrAfter(until + 1, every))
    })
    return [...due].sort((a, b) => a - b)
  }
}

/** The first multiple of a period at or after a time. */
const atOrAfter = (time: number, period: number): number => Math.ceil(time / period) * period

/**
 * Yields the segments. Throws `SPILL_LIMIT` as `mergeHistories` does. `all`: in order of definition. `last`: last arrival of the log before
 * them.
 */
export function* importSegments(
  all: readonly ImportedHistory[],
  ticks: PastTicks,
  last: number,
  atOnce: number = limits.IMPORT_ENTRIES,
): Generator<AppendInput> {
  const merged = mergeHistories(all.map(({ history }) => history))
  const offsets = new Uint32Array(all.length)
  let newest = last
  let from = 0
  function* eventsUpTo(to: number): Generator<AppendInput> {
    if (to === from) return
    yield eventsOf(all, offsets, merged.source.subarray(from, to))
    from = to
  }
  for (let i = 0; i < merged.length; i++) {
    const arrival = all[merged.source[i]].history.block.arrival[merged.row[i]]
    const due = arrival > newest ? ticks.upTo(arrival - 1, newest) : []
    if (due.length > 0 || i - from >= atOnce) yield* eventsUpTo(i)
    yield* markersOf(due, atOnce)
    newest = arrival
  }
  yield* eventsUpTo(merged.length)
  if (merged.length > 0) yield* markersOf(ticks.upTo(newest, newest), atOnce)
}

function* markersOf(due: readonly number[], atOnce: number): Generator<AppendInput> {
  for (let from = 0; from < due.length; from += atOnce)
    yield { sources: [], order: undefined, markers: due.slice(from, from + atOnce).map(t => ({ kind: 'tick', t })) }
}

/** The next events of each history, as many as `order` contains. */
function eventsOf(all: readonly ImportedHistory[], offsets: Uint32Array, order: Uint8Array): AppendInput {
  const counts = new Uint32Array(all.length)
  for (const source of order) counts[source]++
  const indexes = new Map<number, number>()
  const sources = all.flatMap(({ history, ids, identities }, i): AppendRows[] => {
    if (counts[i] === 0) return []
    const [from, to] = [offsets[i], offsets[i] + counts[i]]
    offsets[i] = to
    indexes.set(i, indexes.size)
    return [
      {
        source: history.source,
        block: sliceBlock(history.block, from, to),
        ids: slice(ids, from, to),
        identities: slice(identities, from, to),
      },
    ]
  })
  return { sources, order: sources.length === 1 ? undefined : order.map(source => indexes.get(source)!), markers: [] }
}

const slice = (hashes: IdHashes | undefined, from: number, to: number): IdHashes | undefined =>
  hashes && { high: hashes.high.subarray(from, to), low: hashes.low.subarray(from, to) }
