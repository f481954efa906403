/**
 * Recovers the state of a run: restores saved state and replays the log after it.
 *
 * The log is the only truth. State that is missing, damaged or of other definitions is reported and made from the beginning of the log.
 * Append ids and live keys come from recent events. So a start reads the end of the log, however long the log is.
 */
import { isDeepStrictEqual } from 'node:util'
import { SpillwayError } from '../../base/index.ts'
import type { Strings } from '../../columns/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import {
  DeduplicationIndex,
  logStartOf,
  type LogStart,
  type Log,
  eventsBeforeSegment,
  type Segment,
  type NamedValues,
  type SavedStates,
  type SegmentLog,
} from '../../log/index.ts'
import type { BatchResults } from '../groups/batch-results.ts'
import type { AcceptedIds } from '../ingest/deduplicator.ts'
import { stateBytes, type Manifest } from './manifest.ts'
import type { Decider } from '../decide/decider.ts'
import type { LiveGroup } from '../groups/live-group.ts'
import { checkRetention } from './retention.ts'

export interface RecoveryOptions {
  readonly ir: PipelineIR
  readonly store: SegmentLog & NamedValues & SavedStates
  readonly log: Log
  readonly strings: Strings
  readonly decider: Decider
  /** As `restoreGroups` returns them. */
  readonly groupStarts: readonly GroupStart[]
  readonly isRead: (source: string, column: string) => boolean
  /** Decisions on entries below this are recorded. */
  readonly decided: number
  /** Retention of events, ms. */
  readonly keep: number
  readonly idsMax: number | undefined
}

/** A group with its restored state. */
export interface GroupStart {
  readonly group: LiveGroup
  /** First entry to replay for the group. */
  readonly from: number
  /** No saved state was usable: the group is made from the log. */
  readonly isRebuilt: boolean
  isBehind: boolean
}

/**
 * Brings the groups of a decider to the state of a log. The log may grow meanwhile: another process may run on it, and this one may take
 * over.
 */
export class Recovery {
  readonly acceptedIds: AcceptedIds
  readonly #options: RecoveryOptions
  readonly #ticksFrom: number
  readonly #columnsFrom: number
  /** First entry that is replayed for groups, ids or ticks. */
  readonly first: number
  /** The next entry to replay. */
  #next: number
  /** The log has forgotten events that arrived up to this time, UTC ms. */
  #forgotten = -Infinity

  constructor(options: RecoveryOptions) {
    const { ir, store, log, decider, groupStarts, keep, idsMax } = options
    this.#options = options
    const withIds = ir.sources.filter(({ id }) => id !== undefined)
    const ids = new Map(withIds.map(source => [source.name, new DeduplicationIndex(source.name, source.dedupe, idsMax)]))
    const withIdentity = ir.sources.filter(({ identity }) => identity)
    const originals = new Map(withIdentity.map(({ name }) => [name, new DeduplicationIndex(name, keep, idsMax)]))
    this.acceptedIds = { ids, originals, forgottenUpTo: arrival => Math.max(this.#forgotten, arrival - keep - 1) }
    const firstTick = undecidedFrom(store, log, options.decided)
    checkRetention(ir, logStartOf(store), firstTick)
    this.#ticksFrom = decider.longestLiveness > 0 ? log.firstEntrySince(firstTick - decider.longestLiveness) : log.end
    const idsFrom = Math.min(originals.size > 0 ? 0 : log.end, ...withIds.map(({ dedupe }) => log.firstEntrySince(log.notBefore - dedupe)))
    // A slice may be complete up to the middle of a segment, which is then read with its columns.
    const columnsAt = Math.min(this.#ticksFrom, ...groupStarts.map(({ from }) => from))
    this.#columnsFrom = Math.min(columnsAt, store.segmentAt(columnsAt)?.first ?? log.end)
    this.first = Math.min(idsFrom, this.#columnsFrom)
    this.#next = this.first
  }

  /** Names of the groups without usable saved state: they are made from the beginning of the log. */
  get rebuiltGroups(): string[] {
    return this.#options.groupStarts.flatMap(({ group: { group }, isRebuilt }) => (isRebuilt ? [group.name] : []))
  }

  /** Replays the log up to the last recorded decision. Throws `SPILL_DATA` for a damaged segment. */
  advance(log: Log, decided: number, onProgress?: (entries: number, of: number) => void): void {
    const { strings, isRead } = this.#options
    const replay = (segment: Segment): void => {
      this.#replay(segment, log)
      onProgress?.(this.#next - this.first, log.end - this.first)
    }
    const columnsFrom = Math.min(this.#columnsFrom, decided)
    if (this.#next < columnsFrom)
      for (const segment of log.segments(this.#next, columnsFrom, { stringsOf: () => strings, columnFilter: () => false })) replay(segment)
    for (const segment of log.segments(this.#next, decided, { stringsOf: () => strings, columnFilter: isRead })) replay(segment)
  }

  /** Reads the ids of the undecided rest. The decider applies it from here on. */
  finish(log: Log, decided: number, begins: LogStart): void {
    const noColumns = { stringsOf: () => this.#options.strings, columnFilter: () => false }
    for (const segment of log.segments(Math.max(this.#next, decided), log.end, noColumns)) this.#recordIds(segment, log)
    for (const acceptedIds of [this.acceptedIds.ids, this.acceptedIds.originals]) for (const ids of acceptedIds.values()) ids.indexPending()
    const { groupStarts } = this.#options
    for (const { group, isBehind } of groupStarts) if (isBehind) group.startAfter(log.countEventsBefore(group.source.name, decided))
    for (const { group } of groupStarts) group.finishCatchUp()
    // Events that were forgotten during recovery precede all unread ones.
    this.#forgotten = begins.arrival
    for (const { group, isRebuilt } of groupStarts) if (isRebuilt) group.incomplete = this.#forgotten
  }

  #replay(segment: Segment, log: Log): void {
    const { decider, groupStarts } = this.#options
    const end = segment.first + segment.length
    if (segment.first > this.#next)
      for (const { group, isBehind } of groupStarts) if (!isBehind) group.startAfter(eventsBeforeSegment(segment, group.source.name))
    this.#next = end
    this.#recordIds(segment, log)
    for (const start of groupStarts) {
      if (end <= start.from) continue
      if (start.isBehind) start.group.startAfter(eventsBeforeSegment(segment, start.group.source.name))
      start.isBehind = false
    }
    const groups = groupStarts.filter(({ isBehind }) => !isBehind).map(({ group }) => group)
    decider.catchUp(segment, groups, end > this.#ticksFrom)
  }

  #recordIds(segment: Segment, log: Log): void {
    const { ids, originals } = this.acceptedIds
    for (const source of this.#options.ir.sources) {
      recordIds(ids.get(source.name), segment, source.name, 'ids', log.notBefore - source.dedupe)
      recordIds(originals.get(source.name), segment, source.name, 'identities', -Infinity)
    }
  }
}

export interface RestoreOptions {
  readonly store: SegmentLog & NamedValues & SavedStates
  /** The manifest whose strings are already restored. */
  readonly manifest: Manifest | undefined
  /** Results of batch runs, if they are made. */
  readonly batchResults: BatchResults | undefined
  /** Decisions on entries below this are recorded. */
  readonly decided: number
  /** Receives messages about state that could not be used. */
  readonly onReport: (report: string) => void
}

/** Restores the snapshots and the saved state of groups. */
export const restoreGroups = (groups: readonly LiveGroup[], options: RestoreOptions): GroupStart[] =>
  groups.map(group => {
    const snapshotEntry = options.batchResults?.restoreSnapshot(group, options.decided)
    const from = restoreGroup(group, options) ?? snapshotEntry
    return { group, from: from ?? 0, isRebuilt: from === undefined, isBehind: true }
  })

/** Restores a group. Returns the first entry to replay; undefined if no saved state is usable. */
function restoreGroup(group: LiveGroup, { manifest, store, onReport }: RestoreOptions): number | undefined {
  const { name, place, source } = group.group
  const saved = manifest?.groups[name]
  // A delta of another snapshot is useless: it is made from the log, as that snapshot was.
  if (!saved || saved.run !== group.batchRun) return undefined
  if (!isDeepStrictEqual(saved.place, place)) {
    onReport(`the placement of group '${name}' has changed; the group is made again from the log`)
    return undefined
  }
  if (saved.source !== undefined && saved.source !== source) {
    onReport(`group '${name}' is of source '${source}' now and was of '${saved.source}'; it is made again from the log`)
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
    if (from < logStartOf(store).entry) {
      group.clear()
      onReport(
        `group '${name}' was saved before entry ${logStartOf(store).entry}, with which the log begins now; it is made again from the log`,
      )
      return undefined
    }
    // A snapshot may have been made again from a log that has forgotten more since.
    group.incomplete = Math.max(saved.incomplete ?? -Infinity, group.incomplete)
    return from
  } catch (error) {
    if (!(error instanceof SpillwayError) || error.code !== 'SPILL_STATE') throw error
    onReport(`group '${name}' is made again from the log: ${error.message}`)
    return undefined
  }
}

/**
 * Lower bound of the time of undecided decisions, UTC ms: they follow what arrived before it. `decided`: decisions on entries below it are
 * recorded.
 */
export function undecidedFrom(store: SegmentLog, log: Log, decided: number): number {
  if (decided === log.end) return log.notBefore
  return decided > 0 ? store.segmentAt(decided - 1)!.arrival : -Infinity
}

function recordIds(
  acceptedIds: DeduplicationIndex | undefined,
  { first, order, sources }: Segment,
  source: string,
  kind: 'ids' | 'identities',
  since: number,
): void {
  const index = sources.findIndex(rows => rows.source === source)
  const rows = sources[index]
  const hashes = rows?.[kind]
  if (!acceptedIds || !hashes || rows.block.arrival[rows.block.length - 1] < since) return
  const { arrival, length } = rows.block
  if (!order) return acceptedIds.addRows(hashes, arrival, first)
  for (let entry = 0, row = 0; row < length; entry++) {
    if (order[entry] !== index) continue
    const [high, low] = [hashes.high[row], hashes.low[row]]
    if (high !== 0 || low !== 0) acceptedIds.add(high, low, first + entry, arrival[row])
    row++
  }
}
