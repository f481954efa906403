/** Cost of people who operate a pipeline, from presets or the user's own numbers: pages, and the on-call rota. */
import { basename } from 'node:path'
import type { CostLine, Range } from '../domain/audit-report.ts'
import { formatAmount, formatDollars } from '../domain/units.ts'
import { exactRange, perScenario, readAmounts, readJson, requireDocument, throwAmountError, zeroRange, type AmountSpecs } from './range.ts'

const FORMAT = 'spillway-people/1'

const amounts = {
  /** Full cost to the employer of an engineer's hour. */
  hourCost: { unit: 'dollars for an engineer’s hour', fallback: { low: 60, base: 90, high: 130 } },
  /** Whole incident, including the write-up (Site Reliability Engineering, chapter 11). */
  incidentHours: { unit: 'hours that an incident takes', fallback: exactRange(6) },
  noiseHours: { unit: 'hours that a page takes which was nothing', fallback: exactRange(0.25) },
  /** The case study's team in its first three months of streaming, and the level that remains later. */
  firstQuarterPages: { unit: 'pages in the first three months of streaming', fallback: exactRange(17) },
  steadyPages: { unit: 'pages a year of what streams, once it is quiet', fallback: { low: 2, base: 4, high: 12 } },
  /** Share of the excess pages that remains from one quarter to the next. */
  quarterLeft: { unit: 'a part, 0 to 1', most: 1, fallback: { low: 0.25, base: 0.5, high: 0.75 } },
  /** The same team had two in the year before. */
  batchPages: { unit: 'pages a year of what runs as batch', fallback: exactRange(2) },
  anotherPages: { unit: 'pages a year that each further element adds which streams', fallback: { low: 0, base: 0.25, high: 1 } },
  /** 8,760 hours less 52 weeks of 40. */
  onCallHours: { unit: 'hours a year outside of work in which somebody is on call', most: 8784, fallback: exactRange(6680) },
  /** For a response within 30 minutes, and within 5 (the same book). */
  onCallPart: {
    unit: 'the part of the hour’s cost that being on call is paid with',
    most: 1,
    fallback: { low: 0.33, base: 0.33, high: 0.66 },
  },
  /** A rota is shared by several pipelines. */
  onCallShare: { unit: 'the share of the rota that this pipeline pays', most: 1, fallback: { low: 0, base: 0.1, high: 0.25 } },
} as const satisfies AmountSpecs

/** Counted pages, of streaming or of batch. */
export interface PageCounts {
  readonly days: number
  /** Pages that required action, without noise. */
  readonly incidents: number
  readonly noise: number
  /** Hours that all of them took; estimated from the presets by default. */
  readonly hours?: number
}

/** Effort of people who operate a pipeline. Amounts are presets unless the user states them. */
export interface People {
  readonly name: string
  readonly amounts: Readonly<Record<keyof typeof amounts, Range>>
  readonly streaming?: PageCounts
  readonly batch?: PageCounts
}

/** Reads the cost of people from JSON; docs/reference/cost-people.md describes the keys. Throws `SPILL_INPUT` as `readPrices` does. */
export function readPeople(value: unknown, name: string): People {
  const fields = requireDocument(value, FORMAT, ['about', 'currency', 'presets', 'streaming', 'batch'], name)
  return {
    name,
    amounts: readAmounts(fields['presets'] ?? {}, amounts, `${name} presets`),
    ...(fields['streaming'] !== undefined && { streaming: readCounted(fields['streaming'], `${name} streaming`) }),
    ...(fields['batch'] !== undefined && { batch: readCounted(fields['batch'], `${name} batch`) }),
  }
}

const countAmounts = {
  days: { unit: 'days over which pages were counted', least: 1 },
  incidents: { unit: 'pages that somebody had to do something about' },
  noise: { unit: 'pages that were nothing', fallback: zeroRange },
  hours: { unit: 'hours that they took, all together', fallback: zeroRange },
} as const satisfies AmountSpecs

function readCounted(value: unknown, place: string): PageCounts {
  const counts = readAmounts(value, countAmounts, place)
  for (const [key, { low, high }] of Object.entries(counts))
    if (low !== high) throwAmountError(`${place}.${key}`, 'is a range; a count is one number')
  const { days, incidents, noise, hours } = counts
  return { days: days.base, incidents: incidents.base, noise: noise.base, ...('hours' in (value as object) && { hours: hours.base }) }
}

/**
 * Reads the cost of people from a file. Throws `SPILL_INPUT` with the file, the key and the fix.
 *
 * @example
 * const people = readPeopleFile('people.json')
 */
export const readPeopleFile = (path: string): People => readPeople(readJson(path), basename(path))

/**
 * Effort with the pages that a run counted, of what streams or of what runs as batch. Counts that are stated hold.
 *
 * @example
 * const people = withCountedPages(presetPeople, 'streaming', { days: 92, incidents: 9, noise: 14, hours: 31.5 })
 */
export const withCountedPages = (people: People, of: 'streaming' | 'batch', counts: PageCounts): People =>
  people[of] ? people : { ...people, name: `${people.name}, and the pages of the run`, [of]: counts }

/** Presets only, without counted pages. */
export const presetPeople: People = readPeople({ format: FORMAT }, 'presets')

/** Hours a year spent on pages. `firstYear` exceeds `steadyYear` only if streaming is new. */
export interface PageHours {
  readonly firstYear: Range
  readonly steadyYear: Range
  readonly basis: 'measured' | 'modelled'
  readonly arithmetic: string
  /** Arithmetic of the first year, if it differs. */
  readonly firstArithmetic?: string
}

/** Hours of a plan with `streaming` streaming elements. `isNew` means that nothing streams now. */
export function pageHours(people: People, streaming: number, isNew: boolean): PageHours {
  const { incidentHours, noiseHours, steadyPages, anotherPages, batchPages, firstQuarterPages, quarterLeft } = people.amounts
  const counts = streaming > 0 ? people.streaming : people.batch
  const further = Math.max(0, streaming - 1)
  if (counts) {
    const { days, incidents, noise, hours } = counts
    const hoursAYear = perScenario(s => ((hours ?? incidents * incidentHours[s] + noise * noiseHours[s]) * 365) / days)
    const hoursText = hours === undefined ? `${incidentHours.base} h an incident, ${noiseHours.base} h a false one` : `${hours} h`
    const arithmetic = `${incidents} incidents and ${noise} false pages in ${days} days, ${hoursText}, × 365 / ${days}`
    return { firstYear: hoursAYear, steadyYear: hoursAYear, basis: 'measured', arithmetic }
  }
  const pages = streaming > 0 ? perScenario(s => steadyPages[s] + further * anotherPages[s]) : batchPages
  const hoursOf = (count: Range) => perScenario(s => count[s] * incidentHours[s])
  const more = further > 0 ? ` (${steadyPages.base} + ${further} × ${anotherPages.base})` : ''
  const steady = {
    steadyYear: hoursOf(pages),
    basis: 'modelled' as const,
    arithmetic: `${pages.base} pages a year${more} × ${incidentHours.base} h`,
  }
  if (streaming === 0 || !isNew) return { ...steady, firstYear: steady.steadyYear }
  const first = perScenario(s => firstYearPages(firstQuarterPages[s], pages[s], quarterLeft[s]))
  return {
    ...steady,
    firstYear: hoursOf(first),
    firstArithmetic: `${first.base.toFixed(1)} pages in the first year (${firstQuarterPages.base} in its first quarter, of what is above the steady ones ${quarterLeft.base} left each quarter) less ${pages.base}, × ${incidentHours.base} h`,
  }
}

/**
 * Pages of four quarters: the first as given, then the excess over `steady / 4` shrinks to the share `left` each quarter. Never below the
 * steady pages.
 */
export function firstYearPages(firstQuarter: number, steady: number, left: number): number {
  const above = Math.max(0, firstQuarter - steady / 4)
  return steady + above * (1 + left + left ** 2 + left ** 3)
}

const MONTHS = 12

/**
 * Monthly cost of people, in up to three lines: pages of a steady year, extra pages of the first year if streaming is new, and the on-call
 * rota for streaming. `streaming` counts the elements that stream.
 */
export function peopleLines(people: People, streaming: number, isNew: boolean): CostLine[] {
  const { hourCost, onCallHours, onCallPart, onCallShare } = people.amounts
  const pages = pageHours(people, streaming, isNew)
  const hour = `× ${formatDollars(hourCost.base)} an hour / ${MONTHS}`
  const steady = perScenario(s => (pages.steadyYear[s] * hourCost[s]) / MONTHS)
  const lines: CostLine[] = [
    {
      of: 'people',
      title: streaming > 0 ? 'pages of what streams, steady year' : 'pages of what runs as batch',
      range: steady,
      basis: pages.basis,
      arithmetic: `${pages.arithmetic} ${hour}`,
    },
  ]
  if (pages.firstArithmetic !== undefined)
    lines.push({
      of: 'people',
      title: 'more pages while streaming is new, first year',
      range: zeroRange,
      firstYear: perScenario(s => ((pages.firstYear[s] - pages.steadyYear[s]) * hourCost[s]) / MONTHS),
      basis: 'modelled',
      arithmetic: `${pages.firstArithmetic} ${hour}`,
    })
  if (streaming > 0)
    lines.push({
      of: 'people',
      title: 'on call for what streams',
      range: perScenario(s => (onCallHours[s] * onCallPart[s] * onCallShare[s] * hourCost[s]) / MONTHS),
      basis: 'modelled',
      arithmetic: `${formatAmount(onCallHours.base)} h a year × ${formatAmount(onCallPart.base * 100)} % of ${formatDollars(hourCost.base)} × ${formatAmount(onCallShare.base * 100)} % of the rota / ${MONTHS}`,
    })
  return lines
}
