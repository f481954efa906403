/** Identifies decisions. The id of a decision is the same whenever the log is replayed, so its effects happen once. */
import type { ModelIR, Value } from '../define/ir/index.ts'

/** The subject of a decision: the position of its event, a tick and its key, or the id under which a request was logged. */
export type DecisionSubject =
  | { readonly partition: number; readonly offset: number }
  | { readonly t: number; readonly key: Value }
  | { readonly request: string }

/**
 * The id as JSON, so that no key or name can be confused with another: (model, source, partition, offset), (model, tick, key) or
 * (model, request).
 */
export function decisionId({ name, decide }: ModelIR, on: DecisionSubject): string {
  if ('request' in on) return JSON.stringify([name, on.request])
  if ('t' in on) return JSON.stringify([name, on.t, on.key])
  return JSON.stringify([name, decide.kind === 'on' ? decide.source : '', on.partition, on.offset])
}
