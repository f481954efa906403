import type { ExprIR } from './expr-ir.ts'

/** One slot of a model's vector. Features keep their own type; derived inputs are doubles, strings or bools. */
export interface InputIR {
  /** `amount`, or `card.n10m` for a feature of a group given under the name `card`. */
  readonly name: string
  readonly expr: ExprIR
}
