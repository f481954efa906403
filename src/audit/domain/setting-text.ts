/** Settings and schedules in words: `15 min`, `nightly at 02:00, 2 h`. Reports and the terminal title staleness levels with them. */
import { unreachable, exactSpanTitle, DAY_MS, HOUR_MS, MINUTE_MS } from '../../base/index.ts'
import type { ScheduleIR } from '../../define/ir/index.ts'
import type { ElementSetting } from './element.ts'

/** The training setting of a model without a training schedule. */
export const UNSCHEDULED = 'without a schedule'

/** The action setting of a model without an action. */
export const NO_ACTION = 'none'

/** The choice of an element that every plan runs alike. */
export const NOTHING_TO_CHOOSE = 'nothing to choose'

/** The title of a setting in levels, plans and the current state. */
export function titleOf(setting: ElementSetting): string {
  switch (setting.kind) {
    case 'now':
      return 'as it runs'
    case 'faster':
      return `${Number(((1 - setting.part) * 100).toPrecision(3))} % faster`
    case 'older':
      return exactSpanTitle(setting.by)
    case 'stream':
    case 'inline':
      return setting.kind
    case 'every':
      return everyTitle(setting.every)
    case 'batch':
      return `${scheduleTitle(setting.schedule)}${setting.lasts > 0 ? `, ${exactSpanTitle(setting.lasts)}` : ''}`
    case 'hybrid':
      return `hybrid, ${scheduleTitle(setting.schedule)}`
    case 'trace':
      return 'as old as recorded'
    case 'async':
      return 'asynchronous'
    case 'digest':
      return `digest ${everyTitle(setting.every)}`
    default:
      return unreachable(setting)
  }
}

/** `every 5 min`, `every day`. */
export function everyTitle(ms: number): string {
  const span = exactSpanTitle(ms)
  if (span === '1 h') return 'every hour'
  return `every ${/^1 (day|week|min)$/.test(span) ? span.slice(2).replace('min', 'minute') : span}`
}

/** `nightly at 02:00`, `daily at 14:30 (Europe/Zurich)`, `Mondays at 02:00`, `every hour`; any other cron verbatim. */
export function scheduleTitle(schedule: ScheduleIR): string {
  if (schedule.kind === 'interval') {
    const { every, phase } = schedule
    return every === DAY_MS && phase % MINUTE_MS === 0 && phase >= 0
      ? dailyTitle(Math.floor(phase / HOUR_MS) % 24, (phase / MINUTE_MS) % 60)
      : everyTitle(every)
  }
  const { cron, zone } = schedule
  return `${cronTitle(cron)}${zone === 'UTC' ? '' : ` (${zone})`}`
}

const days = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays']

function cronTitle(cron: string): string {
  const [minute, hour, date, month, day, ...more] = cron.trim().split(/\s+/)
  const isPlain = date === '*' && month === '*' && more.length === 0
  if (isPlain && /^\d+$/.test(minute) && /^\d+$/.test(hour)) {
    if (day === '*') return dailyTitle(Number(hour), Number(minute))
    if (/^[0-7]$/.test(day)) return `${days[Number(day) % 7]} at ${clock(Number(hour), Number(minute))}`
  }
  if (isPlain && day === '*' && hour === '*') {
    if (/^\d+$/.test(minute)) return 'every hour'
    const step = /^\*\/(\d+)$/.exec(minute)
    if (step) return everyTitle(Number(step[1]) * MINUTE_MS)
  }
  return `cron ${cron}`
}

const dailyTitle = (hour: number, minute: number): string => `${hour < 6 || hour >= 22 ? 'nightly' : 'daily'} at ${clock(hour, minute)}`

const clock = (hour: number, minute: number): string => [hour, minute].map(part => String(part).padStart(2, '0')).join(':')

/** A title without the time of day and length of a job: `nightly at 02:00, 2 h` as `nightly`. */
export const shortTitle = (title: string): string => title.replace(/^(nightly|daily) at \d\d:\d\d(?: \([^)]*\))?(?:, .*)?$/, '$1')
