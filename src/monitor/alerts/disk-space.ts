/**
 * Judges the disk of a data folder: by its free space, and by the time until it is full at the rate at which the folder grows.
 *
 * A page needs the rate in both the last 10 min and the last hour, a ticket in both the last hour and the last 6 h: the data of a backfill,
 * which comes at once and then no more, fills no disk. Time before the first measurement counts as time without growth. Memory: one size a
 * minute.
 */
import { durationText, MINUTE_MS, HOUR_MS, DAY_MS } from '../../base/index.ts'
import type { AlertThresholds } from '../../define/config/index.ts'
import type { Alert } from './alert.ts'

/** A page or a ticket: at the lesser of the rates in both windows, ms, the disk is full within a time, ms. */
const fillRules = {
  page: { windows: [10 * MINUTE_MS, HOUR_MS], fullMs: 4 * HOUR_MS },
  ticket: { windows: [HOUR_MS, 6 * HOUR_MS], fullMs: 3 * DAY_MS },
} as const

/** Interval between two kept sizes, ms. */
const SIZE_EVERY_MS = MINUTE_MS

export class DiskSpace {
  #free: number | undefined
  readonly #sizes: { readonly at: number; readonly bytes: number }[] = []

  /** Records the free space of the disk, bytes. */
  addFree(bytes: number): void {
    this.#free = bytes
  }

  /** Records the size of the data folder at a time, UTC ms, in order. */
  addSize(at: number, bytes: number): void {
    const last = this.#sizes.at(-1)
    if (last && at - last.at < SIZE_EVERY_MS) return
    this.#sizes.push({ at, bytes })
    while (this.#sizes[0].at < at - fillRules.ticket.windows[1]) this.#sizes.shift()
  }

  /** The condition of the disk; undefined while it has space. */
  condition({ diskPageBytes, diskTicketBytes }: AlertThresholds): Pick<Alert, 'severity' | 'summary'> | undefined {
    const free = this.#free
    if (free === undefined) return undefined
    for (const [severity, bytes] of [
      ['page', diskPageBytes],
      ['ticket', diskTicketBytes],
    ] as const) {
      const { windows, fullMs } = fillRules[severity]
      const rate = Math.min(...windows.map(windowMs => this.#rate(windowMs)))
      const untilFull = rate > 0 ? free / rate : Infinity
      if (free >= bytes && untilFull >= fullMs) continue
      const minutes = Math.max(1, Math.floor(untilFull / MINUTE_MS))
      const growth =
        untilFull < fullMs ? `, full in ${durationText(minutes * MINUTE_MS)} at the rate of the last ${durationText(windows[1])}` : ''
      return { severity, summary: `the disk of the data folder has ${sizeText(free)} free${growth}` }
    }
    return undefined
  }

  /** Growth of the folder in a window that ends with the last size, bytes per ms. */
  #rate(windowMs: number): number {
    const last = this.#sizes.at(-1)
    if (!last) return 0
    const first = this.#sizes.find(({ at }) => at >= last.at - windowMs)!
    return (last.bytes - first.bytes) / windowMs
  }
}

const sizeText = (bytes: number): string =>
  bytes < 2 ** 30 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${Number((bytes / 2 ** 30).toPrecision(2))} GiB`
