/** Alerts of a data folder: those that fire, and the history. */
import { limits, type StrictOmit, sumBy, DAY_MS, WEEK_MS } from '../base/index.ts'
import type { Alert } from '../monitor/index.ts'
import { alertsSince, storedAlerts } from '../monitor/alerts/index.ts'
import type { FolderLog } from './folder-log.ts'

/** Alerts to list. */
export interface AlertQuery {
  readonly state?: Alert['state'] | undefined
  /** The newest so many; older alerts that still fire are listed too. */
  readonly last?: number
}

/** The cost of a week's alerts for people. */
export interface WeekOfAlerts {
  /** Monday 00:00 UTC, ms. */
  readonly week: number
  readonly pages: number
  readonly tickets: number
  /** Alerts whose outcome is recorded: a person had to act, or there was nothing to do. */
  readonly acted: number
  readonly noise: number
  /** Time that people recorded, hours. */
  readonly hours: number
}

/** Pages over a period, for the cost of people. */
export interface CountedPages {
  /** Days in which runs judged alerts, with those in which none ran. */
  readonly days: number
  /** Pages that somebody acted on, or whose outcome nobody recorded. */
  readonly incidents: number
  /** Pages with nothing to do. */
  readonly noise: number
  /** Time that people recorded, hours; absent unless each page has it. */
  readonly hours?: number
}

/** The alerts of one folder. */
export class FolderAlerts {
  readonly #log: Pick<FolderLog, 'named' | 'get' | 'lastSegment'>

  constructor(log: Pick<FolderLog, 'named' | 'get' | 'lastSegment'>) {
    this.#log = log
  }

  /** Alerts, oldest first. */
  list({ state, last = Infinity }: AlertQuery = {}): Alert[] {
    return newestAlerts(storedAlerts(this.#log), { state, last })
  }

  /** Alerts and weeks together. Cost: parses the stored alerts, at most `ALERTS_KEPT` and those that fire. */
  summary(query: AlertQuery): AlertSummary {
    return summarizeAlerts(storedAlerts(this.#log), query)
  }

  /** Counts and hours by week, oldest first; weeks without alerts are left out. */
  weeks(): WeekOfAlerts[] {
    return weeksOf(this.list())
  }

  /**
   * The pages since alerts are judged, up to the last event of the log; `undefined` over less than `PAGE_COUNT_DAYS_MIN` days. If older
   * alerts are no longer kept, the period begins with the oldest that is.
   */
  pages(): CountedPages | undefined {
    const alerts = this.list()
    const since = alerts.length < limits.ALERTS_KEPT ? alertsSince(this.#log) : alerts.at(-limits.ALERTS_KEPT)!.opened
    const days = ((this.#log.lastSegment()?.arrival ?? 0) - (since ?? Infinity)) / DAY_MS
    if (!(days >= limits.PAGE_COUNT_DAYS_MIN)) return undefined
    const pages = alerts.filter(({ severity }) => severity === 'page')
    const noise = pages.filter(({ outcome }) => outcome?.kind === 'noise').length
    const isTimed = pages.every(({ outcome }) => outcome?.minutes !== undefined)
    return {
      days: Math.round(days),
      incidents: pages.length - noise,
      noise,
      ...(isTimed && { hours: sumBy(pages, ({ outcome }) => outcome!.minutes!) / MINUTES_PER_HOUR }),
    }
  }
}

/** Alerts with their cost by week. */
export interface AlertSummary {
  readonly alerts: Alert[]
  readonly weeks: WeekOfAlerts[]
}

/** The summary of alerts in memory, oldest first, such as those of a run's monitor. */
export const summarizeAlerts = (all: readonly Alert[], { state, last = Infinity }: AlertQuery): AlertSummary => ({
  alerts: newestAlerts(all, { state, last }),
  weeks: weeksOf(all),
})

const MINUTES_PER_HOUR = 60
/** The first Monday after the epoch, UTC ms. */
const FIRST_MONDAY_MS = 345_600_000

const mondayOf = (at: number): number => Math.floor((at - FIRST_MONDAY_MS) / WEEK_MS) * WEEK_MS + FIRST_MONDAY_MS

function newestAlerts(all: readonly Alert[], { state, last }: Required<AlertQuery>): Alert[] {
  const matching = all.filter(alert => state === undefined || alert.state === state)
  return matching.filter((alert, i) => alert.state === 'firing' || i >= matching.length - last)
}

function weeksOf(alerts: readonly Alert[]): WeekOfAlerts[] {
  const byWeek = Map.groupBy(alerts, ({ opened }) => mondayOf(opened))
  return [...byWeek].map(([week, own]) => ({ week, ...costOf(own) }))
}

function costOf(alerts: readonly Alert[]): StrictOmit<WeekOfAlerts, 'week'> {
  const countOf = (holds: (alert: Alert) => boolean): number => alerts.filter(holds).length
  return {
    pages: countOf(({ severity }) => severity === 'page'),
    tickets: countOf(({ severity }) => severity === 'ticket'),
    acted: countOf(({ outcome }) => outcome?.kind === 'acted'),
    noise: countOf(({ outcome }) => outcome?.kind === 'noise'),
    hours: Math.round(sumBy(alerts, ({ outcome }) => outcome?.minutes ?? 0) / 6) / 10,
  }
}
