/** Explored decisions of an action, exactly as docs/reference/semantics.md defines them. */
import { createHash } from 'node:crypto'
import type { ActionIR, ModelIR } from '../../src/define/ir/ir.ts'
import { evaluate } from './arithmetic.ts'

/** A decision as recorded. */
export interface AboutDecision {
  readonly t: number
  readonly entry: number
  readonly score: number | null
  readonly position?: { readonly partition: number; readonly offset: number } | undefined
}

export type Fate = 'not met' | 'followed' | 'explored'

export function fateOf({
  model,
  action,
  decision: { t, entry, score, position },
  log,
}: {
  readonly model: ModelIR
  readonly action: ActionIR
  readonly decision: AboutDecision
  readonly log: string
}): Fate {
  if (evaluate(action.when, { score }) !== true) return 'not met'
  const source = model.decide.kind === 'on' ? model.decide.source : ''
  const id = position ? [model.name, source, position.partition, position.offset] : [model.name, String(entry)]
  const text = JSON.stringify(['explore', log, action.name, JSON.stringify(id), t])
  const bits = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`) >> 204n
  // part is a double, and its product with 2^52 exact.
  return Number(bits) < (action.explore ?? 0) * 2 ** 52 ? 'explored' : 'followed'
}
