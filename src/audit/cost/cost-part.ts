import type { Plan } from '../domain/element.ts'
import type { CostPart, Estimate } from '../domain/audit-report.ts'
import { CostModel } from './cost-model.ts'
import type { CostInputs } from './given.ts'
import { stalenessTax, streamingTax } from './taxes.ts'

export interface CostPartInputs {
  readonly given: CostInputs
  /** How each element is run today. */
  readonly now: Plan
  readonly proposed: Plan
  /** Utility in a week that is lost since something is old, and what a unit of it is worth. */
  readonly lost: Estimate | { readonly why: string }
  readonly dollarsAUnit?: number
  /** One that has reckoned already, of the same inputs. */
  readonly model?: CostModel
}

/** The part of the report that says what plans cost. Throws `SPILL_INPUT` as `CostModel` does: its message is the reason why there is none. */
export function costPart({ given, now, proposed, lost, dollarsAUnit, model = new CostModel(given, now) }: CostPartInputs): CostPart {
  const { name, about } = given.prices
  return {
    prices: `${name}: ${about} People: ${given.people.name}.`,
    now: model.costOf(new Map()),
    proposed: model.costOf(proposed),
    taxes: { staleness: stalenessTax(lost, dollarsAUnit), streaming: streamingTax(model, now) },
  }
}
