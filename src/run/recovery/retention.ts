/**
 * Retention of the log: forgets segments whose events arrived longer ago than `keepMs`, and longer ago than any window, id, revision or live
 * key can reach.
 *
 * State is derived from the log, so the log keeps what state needs: an event of a window has arrived no earlier than its time. A pipeline
 * with an unbounded reach (a lifetime window, a table, an identity without the event time) keeps its whole log, and a run with retention is
 * rejected.
 */
import { SpillwayError, limits, durationText } from '../../base/index.ts'
import type { GroupIR, PipelineIR, SourceIR } from '../../define/ir/index.ts'
import { scheduleCursor } from '../../kernel/index.ts'
import {
  LOG_START,
  logStartOf,
  logStartText,
  type LogStart,
  type Log,
  type Commit,
  type NamedValues,
  type SegmentLog,
} from '../../log/index.ts'

export interface RetentionOptions {
  readonly ir: PipelineIR
  readonly store: SegmentLog & NamedValues
  readonly log: Log
  /** Retention, ms, as given by `retentionMs`. */
  readonly keepMs: number
  /** Earliest arrival that anything besides group reads needs, UTC ms. */
  readonly earliestNeeded?: () => number
}

/**
 * Retention of a run that was started with `keepMs`: at least what ids, revisions and ticks need. Throws `SPILL_UNSUPPORTED` for a pipeline
 * that needs its whole log.
 */
export function retentionMs({ sources, groups, models, actions = [], reports = [] }: PipelineIR, keepMs: number): number {
  for (const source of sources)
    if (source.identity && !source.identity.includes(source.time)) throw wholeLogNeededError(unboundedRevision(source))
  for (const { name, features } of groups)
    for (const feature of features)
      if (feature.window === 'lifetime')
        throw wholeLogNeededError(`feature '${feature.name}' of group '${name}' reaches back to the first event`)
  return Math.max(keepMs, ...needsOf({ sources, models, actions, reports }).map(({ ms }) => ms))
}

/**
 * Throws `SPILL_UNSUPPORTED` if ids, revisions or ticks at `now`, UTC ms, or later need forgotten events. Windows that reach them are
 * rejected one by one.
 */
export function checkRetention(ir: PipelineIR, { entry, arrival }: LogStart, now: number): void {
  if (entry === 0) return
  const text = (ms: number) => new Date(ms).toISOString()
  for (const source of ir.sources)
    if (source.identity && !source.identity.includes(source.time))
      throw new SpillwayError(
        'SPILL_UNSUPPORTED',
        `${unboundedRevision(source)}, and the log has forgotten what arrived up to ${text(arrival)}; begin a new folder`,
      )
  // A report that reaches back too far is rejected by itself; decisions continue.
  for (const { setting, ms } of needsOf({ ...ir, reports: [] }))
    if (now - ms <= arrival)
      throw new SpillwayError(
        'SPILL_UNSUPPORTED',
        `${setting} is ${durationText(ms)}, and the log has forgotten what arrived up to ${text(arrival)}: ` +
          'make it shorter, or begin a new folder',
      )
}

/** Reach of everything except windows. */
function needsOf({
  sources,
  models,
  actions = [],
  reports = [],
}: Pick<PipelineIR, 'sources' | 'models' | 'actions' | 'reports'>): { readonly setting: string; readonly ms: number }[] {
  return [
    ...sources.flatMap(({ name, id, dedupe }) => (id === undefined ? [] : [{ setting: `dedupe of source '${name}'`, ms: dedupe }])),
    ...sources.flatMap(({ name, revisable }) =>
      revisable === undefined ? [] : [{ setting: `revisable of source '${name}'`, ms: revisable }],
    ),
    ...models.flatMap(({ name, decide }) => (decide.kind === 'every' ? [{ setting: `live of model '${name}'`, ms: decide.live }] : [])),
    ...reports.map(({ name, live }) => ({ setting: `live of report '${name}'`, ms: live + limits.REPORT_LATE_MS })),
    ...actions.flatMap(({ name, cooldown }) => (cooldown === undefined ? [] : [{ setting: `cooldown of action '${name}'`, ms: cooldown }])),
  ]
}

const unboundedRevision = ({ name, time }: SourceIR): string =>
  `the identity of source '${name}' does not include its time '${time}', so an event of any age may be revised`

const wholeLogNeededError = (reason: string): SpillwayError =>
  new SpillwayError('SPILL_UNSUPPORTED', `this pipeline needs its whole log, and none of it can be forgotten: ${reason}; leave out --keep`)

export class Retention {
  readonly #options: RetentionOptions
  readonly #reaches: readonly ((now: number) => number)[]
  #begin: number
  /** Entries below this may be forgotten, as of the last check. */
  #forgettableEnd = 0
  #nextCheck = -Infinity

  constructor(options: RetentionOptions) {
    this.#options = options
    const { groups, reports } = options.ir
    const late = reports ? limits.REPORT_LATE_MS : 0
    this.#reaches = groups.map(reachOf).map(reach => now => reach(now - late))
    this.#begin = logStartOf(options.store).entry
  }

  /** The commit that forgets the next part, once every entry is decided; undefined if there is little to forget. */
  nextCommit(): Pick<Commit, 'forget' | 'put'> | undefined {
    const { store } = this.#options
    if (this.#forgettableEnd <= this.#begin) this.#findForgettable()
    if (this.#forgettableEnd <= this.#begin) return undefined
    const upto = Math.min(this.#forgettableEnd, this.#begin + limits.FORGET_ENTRIES)
    const { first, entries } = store.segmentAt(upto)!
    const entry = first > this.#begin ? first : first + entries
    this.#begin = entry
    const { arrival } = store.segmentAt(entry - 1)!
    return { forget: entry, put: [[LOG_START, logStartText({ entry, arrival })]] }
  }

  /** Finds the end of the forgettable part. This reads some segments, so it runs only after a fraction of the retention has passed. */
  #findForgettable(): void {
    const { store, log, keepMs, earliestNeeded = () => Infinity } = this.#options
    const now = log.notBefore
    if (now < this.#nextCheck) return
    this.#nextCheck = now + Math.max(limits.FORGET_EVERY_MS, keepMs / 64)
    // The last stored segment says how the log continues.
    const needed = Math.min(earliestNeeded(), Math.min(now - keepMs, ...this.#reaches.map(reach => reach(now))))
    this.#forgettableEnd = Math.min(log.firstEntrySince(needed), store.lastSegment()?.first ?? 0)
  }
}

/** The earliest arrival that a read of a group at `now` or later depends on. */
function reachOf({ place, features }: GroupIR): (now: number) => number {
  const window = Math.max(0, ...features.map(feature => Number(feature.window) + feature.hop))
  switch (place.kind) {
    case 'lag':
      return now => now - place.by - window
    case 'partial':
      return now => Math.min(now - place.by, now - window)
    case 'batch':
    case 'scheduled': {
      const lastTime = scheduleCursor(place.schedule)
      return now => lastTime(now - place.lasts) - window
    }
    default:
      return now => now - window
  }
}
