/** Alerts of a data folder: those that fire, and the history. */
import { type StrictOmit, sumBy } from '../base/index.ts'
import type { Alert } from '../monitor/index.ts'
import { storedAlerts } from '../monitor/alerts/index.ts'
import type { FolderLog } from './folder-log.ts'

/** Alerts to list. */
export interface AlertQuery {
  readonly state?: Alert['state'] | undefined
  /** The newest so many. */
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

/** The alerts of one folder. */
export class FolderAlerts {
  readonly #log: Pick<FolderLog, 'named'>

  constructor(log: Pick<FolderLog, 'named'>) {
    this.#log = log
  }

  /** Alerts, oldest first. */
  list({ state, last = Infinity }: AlertQuery = {}): Alert[] {
    return storedAlerts(this.#log)
      .filter(alert => state === undefined || alert.state === state)
      .slice(-last)
  }

  /** Counts and hours by week, oldest first; weeks without alerts are left out. */
  weeks(): WeekOfAlerts[] {
    const byWeek = Map.groupBy(this.list(), ({ opened }) => mondayOf(opened))
    return [...byWeek].map(([week, alerts]) => ({ week, ...costOf(alerts) }))
  }
}

const WEEK_MS = 604_800_000
/** The first Monday after the epoch, UTC ms. */
const FIRST_MONDAY_MS = 345_600_000

const mondayOf = (at: number): number => Math.floor((at - FIRST_MONDAY_MS) / WEEK_MS) * WEEK_MS + FIRST_MONDAY_MS

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
