/**
 * Integrity check of a log. Reads every segment and verifies its checksum, that it begins where the previous one ends, that offsets are
 * consecutive, and that arrivals never fall (semantics, the log). Entries removed by retention do not count as missing.
 *
 * Segments are read one at a time, so that a run which writes at the same time is not delayed. After a damaged segment the check resumes
 * with the next one.
 */
import { SpillwayError } from '../base/index.ts'
import { sourceOffset, sourcePartition, Strings } from '../columns/index.ts'
import { SourceSchemas } from './schemas.ts'
import { readSegment, segmentPlace, type Segment } from './segment.ts'
import { logStartOf } from './named-values.ts'
import type { NamedValues, SegmentLog, StoredSegment } from './store.ts'

export interface LogDamage {
  /** The damaged thing: `segment 12`, `decisions of 'fraud'`, `log.db`. */
  readonly place: string
  /** First and last affected entry, where they can be told. */
  readonly entries?: readonly [first: number, last: number]
  readonly problem: string
}

/** One line for people. */
export const logDamageText = ({ place, entries, problem }: LogDamage): string =>
  `${place}${entries ? ` (entries ${entries[0]} to ${entries[1]})` : ''} ${problem}`

/** Yields the damage in a store's log, in log order; nothing if the log is whole. */
export function* damagedSegments(
  store: SegmentLog & NamedValues,
  onProgress: (entries: number, of: number) => void = () => {},
): Generator<LogDamage> {
  const { columnsOf } = new SourceSchemas(store, [])
  const last = store.lastSegment()
  const end = last ? last.first + last.entries : 0
  let state: LogState = { notBefore: -Infinity, offsets: new Map() }
  for (let next = logStartOf(store).entry; next < end;) {
    const stored = store.segmentAt(next)
    const start = logStartOf(store)
    if (start.entry > next) {
      // Removed by retention during this read, and with it the offsets where the next segment begins.
      next = start.entry
      state = { notBefore: start.arrival, offsets: new Map() }
      continue
    }
    if (!stored) return yield { place: 'log', entries: [next, end - 1], problem: 'is missing' }
    if (stored.first > next) yield { place: 'log', entries: [next, stored.first - 1], problem: 'is missing' }
    next = stored.first + stored.entries
    const [name, place] = [`segment ${stored.first}`, segmentPlace(stored.first)]
    const entries = [stored.first, next - 1] as const
    try {
      const segment = readSegment(stored.bytes, { columnsOf, stringsOf: () => new Strings(), columnFilter: () => false }, place)
      for (const problem of segmentProblems(stored, segment, state)) yield { place: name, entries, problem }
      state = stateAfter(stored, segment)
    } catch (error) {
      if (!(error instanceof SpillwayError)) throw error
      yield { place: name, entries, problem: error.problemAt(place) }
      state = { notBefore: stored.arrival, offsets: new Map() }
    }
    onProgress(next, end)
  }
}

/** Expected state of the log before a segment; offsets as far as they are known. */
interface LogState {
  readonly notBefore: number
  readonly offsets: ReadonlyMap<string, readonly number[]>
}

function* segmentProblems(stored: StoredSegment, segment: Segment, state: LogState): Generator<string> {
  if (segment.first !== stored.first || segment.length !== stored.entries)
    yield `holds entries ${segment.first} to ${segment.first + segment.length - 1}, but is stored as ${stored.first} to ${stored.first + stored.entries - 1}`
  for (const [source, expected] of state.offsets)
    if (String(segment.offsets[source]) !== String(expected))
      yield `begins at offsets ${String(segment.offsets[source])} of source '${source}', where the one before it ends at ${String(expected)}`
  const gap = offsetGap(segment)
  if (gap !== undefined) yield gap
  const { fallen: firstFallen, notBefore } = checkArrivals(segment, state.notBefore)
  if (firstFallen !== undefined) yield `has arrivals that fall, at entry ${firstFallen}`
  if (firstFallen === undefined && notBefore !== stored.arrival) yield `ends at arrival ${notBefore}, but is stored with ${stored.arrival}`
}

/** Finds the first row whose offset does not follow the previous one. */
function offsetGap({ sources, offsets }: Segment): string | undefined {
  for (const { source, block } of sources) {
    const next = [...(offsets[source] ?? [])]
    for (let row = 0; row < block.length; row++) {
      const partition = sourcePartition(block.sourcePosition[row])
      const offset = sourceOffset(block.sourcePosition[row])
      if (offset !== next[partition])
        return `has offset ${offset} of source '${source}', partition ${partition}, where ${next[partition]} comes next`
      next[partition]++
    }
  }
  return undefined
}

/** Finds the first entry whose arrival falls, and the least timestamp of the entry after the segment. */
function checkArrivals(
  { first, length, sources, markers, order }: Segment,
  notBefore: number,
): { fallen: number | undefined; notBefore: number } {
  const rows = new Array<number>(sources.length + 1).fill(0)
  let earliest = notBefore
  let firstFallen: number | undefined
  for (let entry = 0; entry < length; entry++) {
    const sourceIndex = order ? order[entry] : sources.length > 0 ? 0 : sources.length
    const row = rows[sourceIndex]++
    if (sourceIndex === sources.length) {
      const { kind, t } = markers[row]
      earliest = Math.max(earliest, kind === 'tick' ? t + 1 : t)
      continue
    }
    const arrival = sources[sourceIndex].block.arrival[row]
    if (arrival < earliest) firstFallen ??= first + entry
    earliest = Math.max(earliest, arrival)
  }
  return { fallen: firstFallen, notBefore: earliest }
}

function stateAfter({ arrival }: StoredSegment, { sources, offsets }: Segment): LogState {
  const next = new Map(Object.entries(offsets).map(([source, partitions]) => [source, [...partitions]]))
  for (const { source, block } of sources)
    for (const sourcePosition of block.sourcePosition.subarray(0, block.length)) next.get(source)![sourcePartition(sourcePosition)]++
  return { notBefore: arrival, offsets: next }
}
