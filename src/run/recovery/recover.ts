/**
 * What a run has in memory, made again: saved state, and from the log what came after it.
 *
 * The log is the only truth. State that is missing, damaged or of other definitions is made again from the log's beginning and reported; append ids and
 * live keys are those of the events that arrived recently enough. So a start costs a look at the end of the log, however long it is.
 */
import { isDeepStrictEqual } from 'node:util'
import { SpillwayError } from '../../base/errors.ts'
import type { Strings } from '../../columns/strings.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { AppendIds } from '../../log/append-ids.ts'
import { beginsOf, type Begins } from '../../log/begins.ts'
import type { Log } from '../../log/log.ts'
import { countBefore, type Segment } from '../../log/segment.ts'
import type { StoredLog } from '../../log/store.ts'
import type { Bodies } from '../groups/snapshots.ts'
import { HybridGroup } from '../groups/hybrid-group.ts'
import type { Remembered } from '../ingest/accepted-ids.ts'
import { stateBytes, type Manifest } from './manifest.ts'
import type { Decider } from '../decide/decider.ts'
import type { LiveGroup } from '../groups/live-group.ts'
import { checkReach } from './retention.ts'

export interface RecoveryOptions {
  readonly ir: PipelineIR
  readonly store: StoredLog
  readonly log: Log
  readonly strings: Strings
  readonly decider: Decider
  /** Of hybrid groups, where batch runs are made. */
  readonly bodies: Bodies | undefined
  readonly isLookedAt: (source: string, column: string) => boolean
  /** Decisions of entries below this are recorded. */
  readonly decided: number
  /** Milliseconds for which events are kept. */
  readonly keep: number
  readonly idsMax: number | undefined
  /** What was saved with the strings that there are now. */
  readonly manifest: Manifest | undefined
  /** State that could not be used, in words. */
  readonly onReport: (report: string) => void
}

interface Start {
  readonly group: LiveGroup
  /** The entry from which on the log is to be taken again for it. */
  readonly from: number
  /** From the log, since nothing of it was saved, or could be used. */
  readonly isMade: boolean
  isBehind: boolean
}

/** Makes a decider's groups what they are by a log, which may go on growing meanwhile: another process runs on it, and this one is to follow. */
export class Recovery {
  readonly remembered: Remembered
  readonly #options: RecoveryOptions
  readonly starts: readonly Start[]
  readonly #ticksFrom: number
  readonly #columnsFrom: number
  /** The first entry that is taken again, for groups, ids or ticks. */
  readonly first: number
  /** The next entry to be taken. */
  #next: number
  /** The log has no event that arrived up to here, UTC ms. */
  #forgotten = -Infinity

  constructor(options: RecoveryOptions) {
    const { ir, store, log, decider, keep, idsMax } = options
    this.#options = options
    const withIds = ir.sources.filter(({ id }) => id !== undefined)
    const ids = new Map(withIds.map(source => [source.name, new AppendIds(source.name, source.dedupe, idsMax)]))
    const originals = new Map(ir.sources.filter(({ identity }) => identity).map(({ name }) => [name, new AppendIds(name, keep)]))
    this.remembered = { ids, originals, forgotten: arrival => Math.max(this.#forgotten, arrival - keep - 1) }
    this.starts = decider.groups.map(group => {
      const body = group instanceof HybridGroup ? options.bodies?.begin(group, options.decided) : undefined
      const from = restoreGroup(group, options) ?? body
      return { group, from: from ?? 0, isMade: from === undefined, isBehind: true }
    })
    checkReach(ir, beginsOf(store), firstTick(options))
    this.#ticksFrom = decider.live > 0 ? log.since(firstTick(options) - decider.live) : log.end
    const idsFrom = Math.min(originals.size > 0 ? 0 : log.end, ...withIds.map(({ dedupe }) => log.since(log.notBefore - dedupe)))
    // A slice may be complete up to the middle of a segment, which is then read with its columns.
    const columnsAt = Math.min(this.#ticksFrom, ...this.starts.map(({ from }) => from))
    this.#columnsFrom = Math.min(columnsAt, store.segmentAt(columnsAt)?.first ?? log.end)
    this.first = Math.min(idsFrom, this.#columnsFrom)
    this.#next = this.first
  }

  /** Takes the log as far as its decisions are recorded. Throws `SPILL_DATA` for a damaged segment. */
  advance(log: Log, decided: number, onProgress?: (entries: number, of: number) => void): void {
    const { strings, isLookedAt } = this.#options
    const take = (segment: Segment): void => {
      this.#take(segment, log)
      onProgress?.(this.#next - this.first, log.end - this.first)
    }
    const columnsFrom = Math.min(this.#columnsFrom, decided)
    if (this.#next < columnsFrom)
      for (const segment of log.segments(this.#next, columnsFrom, { stringsOf: () => strings, wanted: () => false })) take(segment)
    for (const segment of log.segments(this.#next, decided, { stringsOf: () => strings, wanted: isLookedAt })) take(segment)
  }

  /** Takes of the rest, whose decisions are to be made yet, what was accepted; from here on the decider takes it. */
  finish(log: Log, decided: number, begins: Begins): void {
    const noColumns = { stringsOf: () => this.#options.strings, wanted: () => false }
    for (const segment of log.segments(Math.max(this.#next, decided), log.end, noColumns)) this.#remember(segment, log)
    for (const known of [this.remembered.ids, this.remembered.originals]) for (const ids of known.values()) ids.settle()
    for (const { group, isBehind } of this.starts) if (isBehind) group.startAfter(log.eventsOf(group.group.source, decided))
    // What was forgotten while this process read is behind all that it has not read.
    this.#forgotten = begins.arrival
    for (const { group, isMade } of this.starts) if (isMade) group.incompleteUpTo(this.#forgotten)
  }

  #take(segment: Segment, log: Log): void {
    const behind = segment.first + segment.length
    if (segment.first > this.#next)
      for (const { group, isBehind } of this.starts) if (!isBehind) group.startAfter(countBefore(segment, group.group.source))
    this.#next = behind
    this.#remember(segment, log)
    for (const start of this.starts) {
      if (behind <= start.from) continue
      if (start.isBehind) start.group.startAfter(countBefore(segment, start.group.group.source))
      start.isBehind = false
    }
    const groups = this.starts.filter(({ isBehind }) => !isBehind).map(({ group }) => group)
    this.#options.decider.catchUp(segment, groups, behind > this.#ticksFrom)
  }

  #remember(segment: Segment, log: Log): void {
    const { ids, originals } = this.remembered
    for (const source of this.#options.ir.sources) {
      remember(ids.get(source.name), segment, source.name, 'ids', log.notBefore - source.dedupe)
      remember(originals.get(source.name), segment, source.name, 'identities', -Infinity)
    }
  }
}

/** Gives the entry from which on the log is to be taken again for a group; nothing if nothing of it was saved, or can be used. */
function restoreGroup(group: LiveGroup, { manifest, store, onReport }: RecoveryOptions): number | undefined {
  const { name, place } = group.group
  const saved = manifest?.groups[name]
  // The head of another body is of no use, and is made again from the log as that body was.
  if (!saved || saved.run !== group.run) return undefined
  if (!isDeepStrictEqual(saved.place, place)) {
    onReport(`group '${name}' is placed otherwise than it was; it is made again from the log`)
    return undefined
  }
  const files = saved.files.map(file => stateBytes(store, file))
  const damaged = files.indexOf(undefined)
  if (damaged >= 0) {
    onReport(`saved state ${saved.files[damaged].name} of group '${name}' is missing or damaged; the group is made again from the log`)
    return undefined
  }
  try {
    const from = Math.max(0, group.restore(files.filter(bytes => bytes !== undefined)) + 1)
    if (from < beginsOf(store).entry) {
      group.clear()
      onReport(
        `group '${name}' was saved before entry ${beginsOf(store).entry}, with which the log begins now; it is made again from the log`,
      )
      return undefined
    }
    // A body may have been made again from a log that has forgotten more since.
    group.incompleteUpTo(Math.max(saved.incomplete ?? -Infinity, group.incomplete))
    return from
  } catch (error) {
    if (!(error instanceof SpillwayError) || error.code !== 'SPILL_STATE') throw error
    onReport(`group '${name}' is made again from the log: ${error.message}`)
    return undefined
  }
}

/** No tick that is not decided yet is before this, UTC ms. */
const firstTick = ({ store, log, decided }: RecoveryOptions): number => undecidedFrom(store, log, decided)

/** No decision that is to be made yet is before this, UTC ms: it stands behind what arrived before it. `decided`: those of entries below are recorded. */
export function undecidedFrom(store: StoredLog, log: Log, decided: number): number {
  if (decided === log.end) return log.notBefore
  return decided > 0 ? store.segmentAt(decided - 1)!.arrival : -Infinity
}

function remember(
  known: AppendIds | undefined,
  { first, order, sources }: Segment,
  source: string,
  kind: 'ids' | 'identities',
  since: number,
): void {
  const index = sources.findIndex(rows => rows.source === source)
  const rows = sources[index]
  const hashes = rows?.[kind]
  if (!known || !hashes || rows.block.arrival[rows.block.length - 1] < since) return
  const { arrival, length } = rows.block
  if (!order) return known.addRows(hashes, arrival, first)
  for (let entry = 0, row = 0; row < length; entry++) {
    if (order && order[entry] !== index) continue
    const [high, low] = [hashes.high[row], hashes.low[row]]
    if (high !== 0 || low !== 0) known.add(high, low, first + entry, arrival[row])
    row++
  }
}
