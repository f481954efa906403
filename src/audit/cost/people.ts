import { basename } from 'node:path'
import { show } from '../../base/show.ts'
import type { Range } from '../domain/audit-report.ts'
import { objectOf, readAmounts, readJson, refuse, type Amounts } from './amounts.ts'
import { exactly, rangeOf } from './range.ts'

const FORMAT = 'spillway-people/1'

const amounts = {
  /** Of an engineer, with everything that an employer pays. */
  hourCost: { unit: 'dollars for an engineer’s hour', otherwise: { low: 60, base: 90, high: 130 } },
  /** Until all of an incident is done, what is written about it included (Site Reliability Engineering, chapter 11). */
  incidentHours: { unit: 'hours that an incident takes', otherwise: exactly(6) },
  noiseHours: { unit: 'hours that a page takes which was nothing', otherwise: exactly(0.25) },
  /** The article's team, of its first three months of streaming; and what that comes down to in quiet years. */
  firstQuarterPages: { unit: 'pages in the first three months of streaming', otherwise: exactly(17) },
  steadyPages: { unit: 'pages a year of what streams, once it is quiet', otherwise: { low: 2, base: 4, high: 12 } },
  /** What is left of the pages above the steady ones, from one quarter to the next. */
  quarterLeft: { unit: 'a part, 0 to 1', most: 1, otherwise: { low: 0.25, base: 0.5, high: 0.75 } },
  /** The same team had two in the year before. */
  batchPages: { unit: 'pages a year of what runs as batch', otherwise: exactly(2) },
  anotherPages: { unit: 'pages a year that each further element adds which streams', otherwise: { low: 0, base: 0.25, high: 1 } },
  /** 8,760 less 52 weeks of 40. */
  onCallHours: { unit: 'hours a year outside of work in which somebody is on call', most: 8784, otherwise: exactly(6680) },
  /** For an answer within 30 minutes, and within 5 (the same book). */
  onCallPart: {
    unit: 'the part of the hour’s cost that being on call is paid with',
    most: 1,
    otherwise: { low: 0.33, base: 0.33, high: 0.66 },
  },
  /** A rota looks after more than one pipeline. */
  onCallShare: { unit: 'the share of the rota that this pipeline pays', most: 1, otherwise: { low: 0, base: 0.1, high: 0.25 } },
} as const satisfies Amounts<string>

export type PeopleName = keyof typeof amounts

/** Pages that were counted, of what streams or of what runs as batch. */
export interface Counted {
  readonly days: number
  /** Pages that somebody had to do something about, noise apart. */
  readonly incidents: number
  readonly noise: number
  /** Hours that all of them took; absent: by the presets. */
  readonly hours?: number
}

/** What it takes people to look after a pipeline. Each number is a preset unless the user has given it. */
export interface People {
  readonly name: string
  readonly amounts: Readonly<Record<PeopleName, Range>>
  readonly streaming?: Counted
  readonly batch?: Counted
}

/** Reads what people cost from JSON: docs/cost.md says what each key is. Throws `SPILL_INPUT` as `readPrices` does. */
export function readPeople(value: unknown, name: string): People {
  const given = objectOf(value, ['format', 'about', 'currency', 'presets', 'streaming', 'batch'], name)
  if (given['format'] !== FORMAT) refuse(name, `has the format ${show(given['format'])}; write "format": "${FORMAT}"`)
  return {
    name,
    amounts: readAmounts(given['presets'] ?? {}, amounts, `${name} presets`),
    ...(given['streaming'] === undefined ? {} : { streaming: readCounted(given['streaming'], `${name} streaming`) }),
    ...(given['batch'] === undefined ? {} : { batch: readCounted(given['batch'], `${name} batch`) }),
  }
}

const counted = {
  days: { unit: 'days over which pages were counted', least: 1 },
  incidents: { unit: 'pages that somebody had to do something about' },
  noise: { unit: 'pages that were nothing', otherwise: exactly(0) },
  hours: { unit: 'hours that they took, all together' },
} as const satisfies Amounts<string>

function readCounted(value: unknown, place: string): Counted {
  const { hours: given } = objectOf(value, Object.keys(counted), place)
  const { days, incidents, noise, hours } = readAmounts({ hours: 0, ...(value as object) }, counted, place)
  for (const [key, range] of Object.entries({ days, incidents, noise, hours }))
    if (range.low !== range.high) refuse(`${place}.${key}`, 'is a range; what was counted is one number')
  return { days: days.base, incidents: incidents.base, noise: noise.base, ...(given === undefined ? {} : { hours: hours.base }) }
}

/** Reads it from a file. Throws as `readPeople` does. */
export const readPeopleFile = (path: string): People => readPeople(readJson(path), basename(path))

/** Nothing counted, all presets. */
export const presetPeople: People = readPeople({ format: FORMAT }, 'presets')

/** Hours of a year that go into pages. `firstYear` is more only where streaming is new. */
export interface PageHours {
  readonly firstYear: Range
  readonly steadyYear: Range
  readonly basis: 'measured' | 'modelled'
  readonly arithmetic: string
  /** Pages of the first year, where it is another. */
  readonly firstArithmetic?: string
}

/** Of a plan in which `streaming` elements stream, of which there were none before if it is `new`. */
export function pageHours(people: People, streaming: number, isNew: boolean): PageHours {
  const { amounts: given } = people
  const known = streaming > 0 ? people.streaming : people.batch
  const further = Math.max(0, streaming - 1)
  if (known) {
    const { days, incidents, noise } = known
    const hours = rangeOf(s => ((known.hours ?? incidents * given.incidentHours[s] + noise * given.noiseHours[s]) * 365) / days)
    const took =
      known.hours === undefined ? `${given.incidentHours.base} h an incident, ${given.noiseHours.base} h a false one` : `${known.hours} h`
    const arithmetic = `${incidents} incidents and ${noise} false pages in ${days} days, ${took}, × 365 / ${days}`
    return { firstYear: hours, steadyYear: hours, basis: 'measured', arithmetic }
  }
  const pages = streaming > 0 ? rangeOf(s => given.steadyPages[s] + further * given.anotherPages[s]) : given.batchPages
  const ofPages = (count: Range) => rangeOf(s => count[s] * given.incidentHours[s])
  const more = further > 0 ? ` (${given.steadyPages.base} + ${further} × ${given.anotherPages.base})` : ''
  const steady = {
    steadyYear: ofPages(pages),
    basis: 'modelled' as const,
    arithmetic: `${pages.base} pages a year${more} × ${given.incidentHours.base} h`,
  }
  if (streaming === 0 || !isNew) return { ...steady, firstYear: steady.steadyYear }
  const first = rangeOf(s => firstYearPages(given.firstQuarterPages[s], pages[s], given.quarterLeft[s]))
  return {
    ...steady,
    firstYear: ofPages(first),
    firstArithmetic: `${first.base.toFixed(1)} pages in the first year (${given.firstQuarterPages.base} in its first quarter, of what is above the steady ones ${given.quarterLeft.base} left each quarter) less ${pages.base}, × ${given.incidentHours.base} h`,
  }
}

/** Four quarters: the first as given, and of what is above `steady / 4` the part `left` in each quarter after it. Never below the steady pages. */
export function firstYearPages(firstQuarter: number, steady: number, left: number): number {
  const above = Math.max(0, firstQuarter - steady / 4)
  return steady + above * (1 + left + left ** 2 + left ** 3)
}
