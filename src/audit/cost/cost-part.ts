/** Cost part of the report. */
import type { Plan } from '../domain/element.ts'
import type { CostPart } from '../domain/audit-report.ts'
import type { Estimate } from '../domain/element-report.ts'
import { CostModel } from './cost-model.ts'
import type { CostInputs } from './cost-inputs.ts'
import { stalenessTax, streamingTax } from './taxes.ts'

/** Inputs of the cost part. */
export interface CostPartInputs {
  readonly inputs: CostInputs
  /** Current setting of each element. */
  readonly now: Plan
  readonly proposed: Plan
  /** Value lost by staleness in a week, units, and the dollars of a unit. */
  readonly lost: Estimate | { readonly why: string }
  readonly dollarsPerUnit?: number
  /** A cost model of the same inputs, if there is one. */
  readonly model?: CostModel
}

/** Builds the cost part of the report. Throws `SPILL_INPUT` as `CostModel` does; the message is the reason for missing costs. */
export function buildCostPart({
  inputs: costInputs,
  now,
  proposed,
  lost,
  dollarsPerUnit,
  model = new CostModel(costInputs, now),
}: CostPartInputs): CostPart {
  const { name, about } = costInputs.prices
  return {
    prices: `${name}: ${about} People: ${costInputs.people.name}.`,
    now: model.costOf(new Map()),
    proposed: model.costOf(proposed),
    taxes: { staleness: stalenessTax(lost, dollarsPerUnit), streaming: streamingTax(model, now) },
  }
}
