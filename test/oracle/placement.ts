/** Visible events and as-of times (semantics, decisions and placements), and superseded events (the log). */
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { PlacementIR, ScheduleIR, SourceIR } from '../../src/define/ir/ir.ts'
import { lastCronTime } from './cron.ts'

export interface VisibleEvents {
  /** Events of the source, including superseded ones, in the order of the log. */
  readonly events: readonly LoggedEvent[]
  readonly clock: number
  /** The same as a cut: `log[0 … prefix)` with arrival at most `upTo`. */
  readonly prefix: number
  readonly upTo: number
}

/** `P` is the first `prefix` events of the log, all sources together. */
export function visibleEvents(
  source: SourceIR,
  placement: PlacementIR,
  log: readonly LoggedEvent[],
  prefix: number,
  t: number,
): VisibleEvents {
  const at = (prefix: number, upTo: number, clock: number): VisibleEvents => ({
    events: log.filter((event, i) => i < prefix && event.source === source.name && event.arrival <= upTo),
    clock,
    prefix,
    upTo,
  })
  switch (placement.kind) {
    case 'stream':
    case 'hybrid':
      return at(prefix, Infinity, t)
    case 'corrected':
      return at(log.length, Infinity, t)
    case 'lag':
      return at(prefix, t - placement.by, t - placement.by)
    case 'partial':
      return at(prefix, t - placement.by, t)
    case 'batch':
    case 'scheduled': {
      const s = lastTime(placement.schedule, t - placement.lasts)
      return at(prefix, s, s)
    }
  }
}

/** A batch run: its time `s`, and a cut with the first `prefix` events of the log. */
export interface BatchRun {
  readonly s: number
  readonly prefix: number
}

/** The same for a group that answers from a batch run: the events of its cut that had arrived by its time; none before the first run. */
export function knownToRun(source: SourceIR, log: readonly LoggedEvent[], run: BatchRun | undefined): VisibleEvents {
  const { s, prefix } = run ?? { s: -Infinity, prefix: 0 }
  return visibleEvents(source, { kind: 'lag', by: 0 }, log, prefix, s)
}

/** The last time of a schedule that is at most `t`; −Infinity if there is none, with no visible events. */
export function lastTime(schedule: ScheduleIR, t: number): number {
  if (schedule.kind === 'interval') return Math.floor((t - schedule.phase) / schedule.every) * schedule.every + schedule.phase
  return lastCronTime(schedule.cron, schedule.zone, t)
}

/** The current ones of the visible events: not superseded, and not deleted. */
export const current = (source: SourceIR, events: readonly LoggedEvent[]): readonly LoggedEvent[] =>
  standing(source, events).filter(event => !isDeleted(source, event))

/**
 * The visible events that are not superseded by a later-positioned one of the same source key and identity; a deleted one only supersedes.
 * (All events of a source key are in one partition, so the later position is the larger offset.) In a table, whose rows have no identity, a
 * deleted one stays: it is the tombstone of its key.
 */
export function standing(source: SourceIR, events: readonly LoggedEvent[]): readonly LoggedEvent[] {
  if (source.identity === undefined) return events
  const identities = events.map(event => identityOf(source, event))
  const latest = new Map<string | null, LoggedEvent>()
  events.forEach((event, i) => {
    const rival = latest.get(identities[i])
    if (rival === undefined || rival.offset < event.offset) latest.set(identities[i], event)
  })
  return events.filter((event, i) => !isDeleted(source, event) && (identities[i] === null || latest.get(identities[i]) === event))
}

/** Is the event only a deletion? */
export const isDeleted = ({ deleted }: SourceIR, { row }: LoggedEvent): boolean => deleted !== undefined && row[deleted] === true

/** The common part of two events of which the later supersedes the earlier; null if nothing does. */
function identityOf({ key, identity }: SourceIR, { row }: LoggedEvent): string | null {
  const fields = identity?.map(field => row[field])
  return fields === undefined || fields.some(field => field === null) ? null : JSON.stringify([row[key], ...fields])
}
