/**
 * Is the log what it was written as? Reads every segment: its checksum, that each begins where the one before ends, that offsets follow one another,
 * and that arrivals never fall (semantics §1). What was forgotten is not missing.
 *
 * Each segment is read alone, so that a run which writes meanwhile is not held up. Behind a damaged one the checks go on from what the next says.
 */
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import { Strings } from '../columns/strings.ts'
import { Schemas } from './schemas.ts'
import { readSegment, type Segment } from './segment.ts'
import { beginsOf } from './begins.ts'
import type { StoredLog, StoredSegment } from './store.ts'

export interface Damage {
  /** `segment 12`, `decisions of 'fraud'`, `log.db`. */
  readonly what: string
  /** The first and the last entry that it affects, where that can be told. */
  readonly entries?: readonly [first: number, last: number]
  readonly problem: string
}

/** In a line, for people. */
export const damageText = ({ what, entries, problem }: Damage): string =>
  `${what}${entries ? ` (entries ${entries[0]} to ${entries[1]})` : ''} ${problem}`

/** What is wrong with the log of a store, in its order; nothing if it is whole. */
export function* damagedSegments(store: StoredLog, onProgress: (entries: number, of: number) => void = () => {}): Generator<Damage> {
  const { columnsOf } = new Schemas(store, [])
  const last = store.lastSegment()
  const end = last ? last.first + last.entries : 0
  let before: Before = { notBefore: -Infinity, offsets: new Map() }
  for (let next = beginsOf(store).entry; next < end;) {
    const stored = store.segmentAt(next)
    const begins = beginsOf(store).entry
    if (begins > next) {
      // Forgotten while this read.
      next = begins
      continue
    }
    if (!stored) return yield { what: 'log', entries: [next, end - 1], problem: 'is missing' }
    if (stored.first > next) yield { what: 'log', entries: [next, stored.first - 1], problem: 'is missing' }
    next = stored.first + stored.entries
    const what = `segment ${stored.first}`
    const entries = [stored.first, next - 1] as const
    try {
      const segment = readSegment(stored.bytes, { columnsOf, stringsOf: () => new Strings(), wanted: () => false }, what)
      for (const problem of problemsOf(stored, segment, before)) yield { what, entries, problem }
      before = behind(stored, segment)
    } catch (error) {
      if (!(error instanceof SpillwayError)) throw error
      yield { what, entries, problem: error.message.replace(`${what} `, '') }
      before = { notBefore: stored.arrival, offsets: new Map() }
    }
    onProgress(next, end)
  }
}

/** Where the log stands before a segment; of partitions, as far as it is known. */
interface Before {
  readonly notBefore: number
  readonly offsets: ReadonlyMap<string, readonly number[]>
}

function* problemsOf(stored: StoredSegment, segment: Segment, before: Before): Generator<string> {
  if (segment.first !== stored.first || segment.length !== stored.entries)
    yield `holds entries ${segment.first} to ${segment.first + segment.length - 1}, and stands as ${stored.first} to ${stored.first + stored.entries - 1}`
  for (const [source, known] of before.offsets)
    if (String(segment.offsets[source]) !== String(known))
      yield `begins at offsets ${String(segment.offsets[source])} of source '${source}', where the one before it ends at ${String(known)}`
  const gap = offsetGap(segment)
  if (gap !== undefined) yield gap
  const { fallen, notBefore } = arrivals(segment, before.notBefore)
  if (fallen !== undefined) yield `has arrivals that fall, at entry ${fallen}`
  if (fallen === undefined && notBefore !== stored.arrival) yield `ends at arrival ${notBefore}, and stands as ${stored.arrival}`
}

/** The first partition whose offsets do not follow one another from what the segment says. */
function offsetGap({ sources, offsets }: Segment): string | undefined {
  for (const { source, block } of sources) {
    const next = [...(offsets[source] ?? [])]
    for (let row = 0; row < block.length; row++) {
      const partition = Math.floor(block.position[row] / limits.OFFSET_MAX)
      const offset = block.position[row] % limits.OFFSET_MAX
      if (offset !== next[partition])
        return `has offset ${offset} of source '${source}', partition ${partition}, where ${next[partition]} comes next`
      next[partition]++
    }
  }
  return undefined
}

/** The first entry that arrives before the log allows, and what the entry behind the segment is stamped at least. */
function arrivals({ first, length, sources, marks, order }: Segment, notBefore: number): { fallen: number | undefined; notBefore: number } {
  const rows = new Array<number>(sources.length + 1).fill(0)
  let least = notBefore
  let fallen: number | undefined
  for (let entry = 0; entry < length; entry++) {
    const from = order ? order[entry] : sources.length > 0 ? 0 : sources.length
    const row = rows[from]++
    if (from === sources.length) {
      const mark = marks[row]
      least = Math.max(least, mark.kind === 'tick' ? mark.t + 1 : mark.t)
      continue
    }
    const arrival = sources[from].block.arrival[row]
    if (arrival < least) fallen ??= first + entry
    least = Math.max(least, arrival)
  }
  return { fallen, notBefore: least }
}

function behind({ arrival }: StoredSegment, { sources, offsets }: Segment): Before {
  const next = new Map(Object.entries(offsets).map(([source, partitions]) => [source, [...partitions]]))
  for (const { source, block } of sources)
    for (const position of block.position.subarray(0, block.length)) next.get(source)![Math.floor(position / limits.OFFSET_MAX)]++
  return { notBefore: arrival, offsets: next }
}
