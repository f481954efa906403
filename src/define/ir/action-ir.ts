/** Actions in the IR. */
import type { KafkaConnectionIR } from './kafka-ir.ts'
import type { SettingIR } from './setting-ir.ts'
import type { ExprIR, Notes } from './value-ir.ts'

export type { SettingIR } from './setting-ir.ts'

/** Effect of an action. Times are milliseconds. */
export type EffectIR =
  | {
      readonly kind: 'webhook'
      readonly url: SettingIR
      readonly secret?: SettingIR
      readonly headers?: Readonly<Record<string, SettingIR>>
      readonly timeout?: number
      readonly attempts?: number
      /** Concurrent deliveries. */
      readonly concurrency?: number
      readonly allowPrivate?: true
    }
  | (KafkaConnectionIR & {
      readonly kind: 'kafka'
      readonly topic: string
      readonly timeout?: number
      readonly attempts?: number
    })
  | { readonly kind: 'stdout' }
  | { readonly kind: 'file'; readonly path: SettingIR }
  /** The user's own destination, identified by its name and settings. */
  | {
      readonly kind: 'destination'
      readonly name: string
      readonly settings: Readonly<Record<string, SettingIR>>
      /** Deadline of one attempt. */
      readonly timeout?: number
      readonly attempts?: number
    }
  /** The user's own function. */
  | { readonly kind: 'function' }
  /**
   * Answer in the response. `otherwise` is the answer without a decision in time, `explored` the answer to a decision left to
   * exploration. All are JSON.
   */
  | { readonly kind: 'answer'; readonly answer: unknown; readonly otherwise?: unknown; readonly explored?: unknown }

/** An action: the effect that a model's decisions trigger. */
export interface ActionIR extends Notes {
  readonly name: string
  readonly model: string
  /** Condition over the column `score`, a double. True triggers the action; NULL does not. */
  readonly when: ExprIR
  /** Deadline from the trigger (`since` of a decision) to the acknowledgement, ms. */
  readonly deadline?: number
  /** Cooldown after a decision that triggered the action: no further effect for the key, by the as-of times of the decisions, ms. */
  readonly cooldown?: number
  /** Exploration: share of the decisions that meet `when` and do not act, above 0 and at most 0.5; only for answers. */
  readonly explore?: number
  readonly do: EffectIR
}
