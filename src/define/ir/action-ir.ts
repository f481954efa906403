/** Actions in the IR: what follows from decisions. */
import type { ExprIR } from './expr-ir.ts'

/** A value that is not in the file: named here, looked up where the pipeline runs. Secrets are never in the IR. */
export type SettingIR = { readonly kind: 'value'; readonly value: string } | { readonly kind: 'env' | 'file'; readonly name: string }

/** What an action does. Times are milliseconds. */
export type EffectIR =
  | {
      readonly kind: 'webhook'
      readonly url: SettingIR
      readonly secret?: SettingIR
      readonly headers?: Readonly<Record<string, SettingIR>>
      readonly timeout?: number
      readonly attempts?: number
      /** Deliveries on their way at once. */
      readonly concurrency?: number
      readonly allowPrivate?: true
    }
  | { readonly kind: 'stdout' }
  | { readonly kind: 'file'; readonly path: SettingIR }
  /** The user's own function. */
  | { readonly kind: 'function' }
  /** An answer to who asked or sent the event, in the response; `otherwise` where no decision was made in time, `explored` where the action was left undone. All are JSON. */
  | { readonly kind: 'answer'; readonly answer: unknown; readonly otherwise?: unknown; readonly explored?: unknown }

export interface ActionIR {
  readonly name: string
  readonly model: string
  /** Over the column `score`, a double: true makes the action follow from the decision. NULL does not. */
  readonly when: ExprIR
  /** From what the decision answers to (`since` of a decision) to the acknowledgement, ms. */
  readonly deadline?: number
  /** After a decision that it followed from, for this long by the clocks of decisions it follows from no other of the same key, ms. */
  readonly cooldown?: number
  /** Of an action that answers: the part of the decisions that would act which do not, above 0 and at most 0.5, so that what comes of them is seen. */
  readonly explore?: number
  readonly do: EffectIR
  readonly owner?: string
  readonly description?: string
}
