import type { ScheduleIR } from '../../define/ir/ir.ts'
import type { Plan, Setting } from '../domain/element.ts'
import type { Estimate, Range } from '../domain/audit-report.ts'
import type { CostModel } from './cost-model.ts'
import { difference, rangeOf } from './range.ts'
import { HOUR_MS, WEEKS_A_MONTH } from '../domain/units.ts'

const schedule: ScheduleIR = { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }
const nightlyJob: Setting = { kind: 'batch', schedule, lasts: 2 * HOUR_MS }

/** The plan in which what streams runs each night at 02:00 and takes up to two hours: ingestion and groups. Decisions and actions stay as they are. */
export function nightly(now: Plan): Plan {
  const streams = ({ kind }: Setting) => kind === 'stream' || kind === 'hybrid'
  return new Map(
    [...now].filter(([id, setting]) => (id === 'ingestion' || id.startsWith('group/')) && streams(setting)).map(([id]) => [id, nightlyJob]),
  )
}

/**
 * The streaming tax: what it costs a month that something streams, in a steady year, against the same pipeline run each night; compute, broker and people. It may be negative, where batch is
 * the dearer. 0 where nothing streams.
 */
export function streamingTax(model: CostModel, now: Plan): Range {
  return difference(model.costOf(new Map()).steadyYear, model.costOf(nightly(now)).steadyYear)
}

/**
 * The staleness tax: what it loses a month that something is old, dollars. `lost` is utility in a week, estimated, of the freshest the audit knows less that of now; its bounds are those of its interval, so that `low`
 * may be below 0 where it is not certain that anything is lost. `dollarsAUnit` is what a unit of it is worth, where that is known.
 */
export function stalenessTax(
  lost: Estimate | { readonly why: string },
  dollarsAUnit: number | undefined,
): Range | { readonly why: string } {
  if ('why' in lost) return { why: lost.why }
  if (dollarsAUnit === undefined) return { why: 'no price of a unit of utility is given, so what is lost has no price; give `dollars`' }
  if (!(dollarsAUnit >= 0 && dollarsAUnit < Infinity))
    return { why: `a unit of utility is said to be worth ${dollarsAUnit} dollars, which is no price` }
  const { low, value: base, high } = lost
  const bounds = { low, base, high }
  if (!Object.values(bounds).every(Number.isFinite)) return { why: 'what is lost could not be estimated' }
  return rangeOf(scenario => bounds[scenario] * WEEKS_A_MONTH * dollarsAUnit)
}
