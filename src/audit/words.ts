/** Settings, schedules and spans as people say them: `15 min`, `nightly at 02:00, 2 h`. What reports and the terminal call the rungs of a ladder. */
import { unreachable } from '../base/assert.ts'
import type { ScheduleIR } from '../define/schedule-ir.ts'
import type { Setting } from './element.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WEEK = 7 * DAY

/** A microsecond; what is less is nothing. */
const SHORTEST = 0.001

const units = [
  ['day', DAY],
  ['h', HOUR],
  ['min', MINUTE],
  ['s', 1000],
  ['ms', 1],
] as const

/** Of a model that is trained when somebody asks for it, or never. */
export const UNSCHEDULED = 'without a schedule'

/** Of a setting: what a rung, a plan or the present is called. */
export function titleOf(setting: Setting): string {
  switch (setting.kind) {
    case 'now':
      return 'as it runs'
    case 'faster':
      return `${rounded((1 - setting.part) * 100)} % faster`
    case 'older':
      return spanTitle(setting.by)
    case 'stream':
    case 'inline':
      return setting.kind
    case 'every':
      return everyTitle(setting.every)
    case 'batch':
      return `${scheduleTitle(setting.schedule)}${setting.lasts > 0 ? `, ${spanTitle(setting.lasts)}` : ''}`
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

/**
 * A span of ms to three digits: `0 s`, `250 ms`, `90 s`, `15 min`, `36 h`, `1 day`, `2 weeks`. In the largest unit of which there is one, or in the next smaller
 * one where that says it in a shorter number: 36 h, not 1.5 days.
 */
export function spanTitle(ms: number): string {
  if (Math.abs(ms) < SHORTEST) return '0 s'
  if (ms < 0) return `−${spanTitle(-ms)}`
  const weeks = ms / WEEK
  if (Number.isInteger(weeks) && weeks >= 1 && weeks <= 8) return counted(weeks, 'week')
  const at = units.findIndex(([, size]) => rounded(ms / size) >= 1)
  if (at === -1) return `${rounded(ms)} ms`
  const [[unit, size], smaller] = [units[at], units[at + 1]]
  const value = rounded(ms / size)
  if (Number.isInteger(value) || smaller === undefined || rounded(ms / smaller[1]) >= 120) return counted(value, unit)
  return counted(rounded(ms / smaller[1]), smaller[0])
}

/** `every 5 min`, `every day`. */
export function everyTitle(ms: number): string {
  const span = spanTitle(ms)
  if (span === '1 h') return 'every hour'
  return `every ${/^1 (day|week|min)$/.test(span) ? span.slice(2).replace('min', 'minute') : span}`
}

/** `nightly at 02:00`, `daily at 14:30 (Europe/Zurich)`, `Mondays at 02:00`, `every hour`; another cron as it is written. */
export function scheduleTitle(schedule: ScheduleIR): string {
  if (schedule.kind === 'interval') {
    const { every, phase } = schedule
    return every === DAY && phase % MINUTE === 0 && phase >= 0
      ? dailyTitle(Math.floor(phase / HOUR) % 24, (phase / MINUTE) % 60)
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
    if (step) return everyTitle(Number(step[1]) * MINUTE)
  }
  return `cron ${cron}`
}

const dailyTitle = (hour: number, minute: number): string => `${hour < 6 || hour >= 22 ? 'nightly' : 'daily'} at ${clock(hour, minute)}`

const clock = (hour: number, minute: number): string => [hour, minute].map(part => String(part).padStart(2, '0')).join(':')

/** To three digits, and whole from 100 on. */
const rounded = (value: number): number => (Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)))

function counted(value: number, unit: string): string {
  const plural = (unit === 'day' || unit === 'week') && value !== 1 ? 's' : ''
  return `${value.toLocaleString('en-US')} ${unit}${plural}`
}
