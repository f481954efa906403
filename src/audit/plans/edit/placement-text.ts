/** A placement as a user would write it, and the words of Spillway's that it takes. */
import { durationText } from '../../../base/time.ts'
import type { PlacementIR } from '../../../define/ir/ir.ts'
import type { ScheduleIR } from '../../../define/ir/schedule-ir.ts'
import type { Setting } from '../../domain/element.ts'

/** What a setting of a group is in the IR; undefined of one that is no placement of a pipeline's. */
export function placementFor(setting: Setting): PlacementIR | undefined {
  switch (setting.kind) {
    case 'stream':
      return { kind: 'stream' }
    case 'batch':
      return { kind: 'batch', schedule: setting.schedule, lasts: setting.lasts }
    case 'hybrid':
      return { kind: 'hybrid', schedule: setting.schedule }
    default:
      return undefined
  }
}

export function wordsOf(place: PlacementIR): string[] {
  return 'schedule' in place && place.schedule.kind === 'interval' ? [place.kind, 'every'] : [place.kind]
}

/** `word` says each word as the file does. */
export function placementText(place: PlacementIR, word: (word: string) => string = own => own): string {
  if (!('schedule' in place)) return word(place.kind)
  const zone = place.schedule.kind === 'cron' && place.schedule.zone !== 'UTC' ? [`zone: ${quoted(place.schedule.zone)}`] : []
  const lasts = 'lasts' in place && place.lasts !== LASTS ? [`lasts: ${quoted(durationText(place.lasts))}`] : []
  const options = [...zone, ...lasts]
  const schedule = scheduleText(place.schedule, word)
  return `${word(place.kind)}(${schedule}${options.length > 0 ? `, { ${options.join(', ')} }` : ''})`
}

/** What `batch` takes unless it is told otherwise: two hours. */
const LASTS = 7_200_000

function scheduleText(schedule: ScheduleIR, word: (word: string) => string): string {
  if (schedule.kind === 'cron') return quoted(schedule.cron)
  const phase = schedule.phase === 0 ? '' : `, { phase: ${quoted(durationText(schedule.phase))} }`
  return `${word('every')}(${quoted(durationText(schedule.every))}${phase})`
}

/** In single quotes; crons, zones and durations have none. */
const quoted = (text: string): string => `'${text}'`
