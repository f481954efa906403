/** Source text of a placement, and the functions of Spillway that it uses. */
import { durationText } from '../../../base/index.ts'
import type { PlacementIR, ScheduleIR } from '../../../define/ir/index.ts'
import type { ElementSetting } from '../../domain/element.ts'

/** Placement of a group's setting; undefined for a setting that no pipeline can have. */
export function placementFor(setting: ElementSetting): PlacementIR | undefined {
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

/** Functions of Spillway in the text of a placement. */
export function placementFunctions(place: PlacementIR): string[] {
  return 'schedule' in place && place.schedule.kind === 'interval' ? [place.kind, 'every'] : [place.kind]
}

/** Source text of a placement. `word` translates a function name to the file's local name. */
export function placementText(place: PlacementIR, word: (word: string) => string = name => name): string {
  if (!('schedule' in place)) return word(place.kind)
  const zone = place.schedule.kind === 'cron' && place.schedule.zone !== 'UTC' ? [`zone: ${quoted(place.schedule.zone)}`] : []
  const lasts = 'lasts' in place && place.lasts !== DEFAULT_LASTS ? [`lasts: ${quoted(durationText(place.lasts))}`] : []
  const options = [...zone, ...lasts]
  const schedule = scheduleText(place.schedule, word)
  return `${word(place.kind)}(${schedule}${options.length > 0 ? `, { ${options.join(', ')} }` : ''})`
}

/** Default of `batch`, ms: two hours. */
const DEFAULT_LASTS = 7_200_000

function scheduleText(schedule: ScheduleIR, word: (word: string) => string): string {
  if (schedule.kind === 'cron') return quoted(schedule.cron)
  const phase = schedule.phase === 0 ? '' : `, { phase: ${quoted(durationText(schedule.phase))} }`
  return `${word('every')}(${quoted(durationText(schedule.every))}${phase})`
}

/** Single quotes; crons, zones and durations contain none. */
const quoted = (text: string): string => `'${text}'`
