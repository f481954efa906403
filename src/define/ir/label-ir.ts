/** The IR of what came of decisions. */
import type { ExprIR } from './expr-ir.ts'

/** What came of a decision `(k, t)`, as far as it is known at a time `a` (docs/semantics.md, Labels). Times are milliseconds. */
export type LabelIR =
  /**
   * The bool `value` of the first event of `source` whose `join` is the id of the triggering event, of those that arrived by t + `negativeAfter`; false
   * from then on, if there is none. For models that decide `on` a source with an id. Not known of a decision that an action of `censoredBy` followed from.
   */
  | {
      readonly kind: 'from'
      readonly source: string
      readonly join: string
      readonly value: ExprIR
      readonly negativeAfter: number
      readonly censoredBy?: readonly string[]
    }
  /**
   * Does an episode, in which `condition` holds at every event, start in (t, t + `within`]? Over the events of `source` whose column `key` is the key of the
   * decision. An episode counts once it has gone on for `lasting`; more than `maxGap` between two events ends it.
   */
  | {
      readonly kind: 'begins'
      readonly source: string
      readonly key: string
      readonly condition: ExprIR
      readonly within: number
      readonly lasting: number
      readonly maxGap: number
    }
