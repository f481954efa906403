/** Cost part of the report: both plans, the staleness tax and the streaming tax. */
import { HOUR_MS } from '../../base/index.ts'
import type { ScheduleIR } from '../../define/ir/index.ts'
import type { Plan, ElementSetting } from '../domain/element.ts'
import type { CostPart, Range } from '../domain/audit-report.ts'
import type { Estimate } from '../domain/element-report.ts'
import { isInconclusive, type Inconclusive } from '../domain/plan-types.ts'
import type { CostModel } from './cost-model.ts'
import type { CostInputs } from './cost-inputs.ts'
import { perScenario, rangeDifference } from './range.ts'
import { formatAmount, WEEKS_PER_MONTH } from '../domain/units.ts'

/** Inputs of the cost part. */
export interface CostPartInputs extends Pick<CostInputs, 'prices' | 'people' | 'volume'> {
  readonly model: CostModel
  /** Current setting of each element. */
  readonly now: Plan
  readonly proposed: Plan
  /** Value lost by staleness in a week, units, and the dollars of a unit. */
  readonly lost: Estimate | Inconclusive
  readonly dollarsPerUnit: number | undefined
}

export function buildCostPart({ prices, people, volume = 1, model, now, proposed, lost, dollarsPerUnit }: CostPartInputs): CostPart {
  const volumeText =
    volume === 1 ? '' : ` Events, decisions and state: ${formatAmount(volume)} times those of the history, as decisionsPerWeek states.`
  return {
    prices: `${prices.name}: ${prices.about} People: ${people.name}.${volumeText}`,
    now: model.costOf(new Map()),
    proposed: model.costOf(proposed),
    taxes: { staleness: stalenessTax(lost, dollarsPerUnit), streaming: streamingTax(model, now) },
  }
}

const schedule: ScheduleIR = { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }
const nightlyJob: ElementSetting = { kind: 'batch', schedule, lasts: 2 * HOUR_MS }

/** The plan in which streaming ingestion and groups run nightly at 02:00 UTC within two hours. Decisions and actions stay unchanged. */
export function nightlyPlan(now: Plan): Plan {
  const isStreaming = ({ kind }: ElementSetting) => kind === 'stream' || kind === 'hybrid'
  return new Map(
    [...now]
      .filter(([id, setting]) => (id === 'ingestion' || id.startsWith('group/')) && isStreaming(setting))
      .map(([id]) => [id, nightlyJob]),
  )
}

/**
 * Streaming tax: the extra monthly cost of streaming over the same pipeline run nightly, in a steady year, with compute, broker and people.
 * Negative where batch costs more; 0 where nothing streams.
 */
export const streamingTax = (model: CostModel, now: Plan): Range =>
  rangeDifference(model.costOf(new Map()).steadyYear, model.costOf(nightlyPlan(now)).steadyYear)

/**
 * Staleness tax: the monthly loss by staleness, dollars. `lost` is the weekly value of the freshest known plan less that of the current
 * one, units. Its interval gives the bounds, so `low` may be negative. `dollarsPerUnit` is the value of a unit, if it is known.
 */
export function stalenessTax(lost: Estimate | Inconclusive, dollarsPerUnit: number | undefined): Range | Inconclusive {
  if (isInconclusive(lost)) return lost
  if (dollarsPerUnit === undefined) return { why: 'no price of a unit of utility is given, so what is lost has no price; give `dollars`' }
  if (!(dollarsPerUnit >= 0 && dollarsPerUnit < Infinity))
    return { why: `a unit of utility is said to be worth ${dollarsPerUnit} dollars, which is no price` }
  const { low, value: base, high } = lost
  const bounds = { low, base, high }
  if (!Object.values(bounds).every(Number.isFinite)) return { why: 'what is lost could not be estimated' }
  return perScenario(scenario => bounds[scenario] * WEEKS_PER_MONTH * dollarsPerUnit)
}
