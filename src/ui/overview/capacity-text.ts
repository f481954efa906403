/** The capacity of the run as text: its load, its disk, and the keys that feature groups keep in memory. */
import { bytesText, percentText, pluralText, rateText, spanText } from '../core/text.ts'

/** A figure over the last hour, and its greatest mean over 5 min of the last day. */
interface LoadAnswer {
  readonly lastHour: number
  readonly busiest: number
}

interface DiskAnswer {
  readonly freeBytes: number
  readonly usedBytes: number
  /** Bytes a day, measured over `growthMs`. */
  readonly growthPerDay?: number
  readonly growthMs?: number
  readonly daysUntilFull?: number
}

export interface RunCapacityAnswer {
  /** Absent until an interval of 5 min has ended. `loopBusy`: shares from 0 to 1. */
  readonly load?: { readonly eventsPerSecond: LoadAnswer; readonly loopBusy: LoadAnswer }
  readonly groups: readonly { readonly group: string; readonly keys: number; readonly bytes: number }[]
  readonly disk?: DiskAnswer
}

/** `GET /capacity`. */
export interface CapacityAnswer {
  readonly capacity?: RunCapacityAnswer
}

/** A figure of the run with its name. */
export type CapacityFigure = readonly [label: string, text: string]

/** Events, event loop and disk. */
export const capacityFigures = ({ load, disk }: RunCapacityAnswer): CapacityFigure[] => [
  ...(load ? loadFigures(load) : []),
  ...(disk ? [['disk', diskText(disk)] as const] : []),
]

const loadFigures = ({ eventsPerSecond, loopBusy }: NonNullable<RunCapacityAnswer['load']>): CapacityFigure[] => [
  ['events', `${rateText(eventsPerSecond.lastHour)} in the last hour, ${rateText(eventsPerSecond.busiest)} at most`],
  ['event loop', `${percentText(loopBusy.lastHour)} busy in the last hour, ${percentText(loopBusy.busiest)} at most`],
]

function diskText({ freeBytes, usedBytes, growthPerDay, growthMs, daysUntilFull }: DiskAnswer): string {
  const sizes = `${bytesText(freeBytes)} free, ${bytesText(usedBytes)} in the data folder`
  if (growthPerDay === undefined) return sizes
  if (daysUntilFull === undefined) return `${sizes}, which does not grow`
  return `${sizes}; at the growth of the last ${spanText(growthMs!)} full in ${daysText(daysUntilFull)}`
}

const daysText = (days: number): string => (days >= 365 ? 'more than a year' : spanText(days * 86_400_000))

/** The keys of a group and their bytes: `12,000 keys, 1.2 MB, 100 B a key`. */
export function keysText({ keys, bytes }: RunCapacityAnswer['groups'][number]): string {
  if (keys === 0) return 'no keys'
  return `${pluralText(keys, 'key')}, ${bytesText(bytes)}, ${bytesText(Math.round(bytes / keys))} a key`
}
