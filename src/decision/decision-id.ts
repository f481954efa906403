/** What tells a decision from every other: the same whenever the log is replayed, so that what follows from it is done once. */
import type { ModelIR, Value } from '../define/ir/ir.ts'

/** What a decision was about: where its event stands, a tick and its key, or a request by the id that it was taken under. */
export type DecidedOn =
  | { readonly partition: number; readonly offset: number }
  | { readonly t: number; readonly key: Value }
  | { readonly request: string }

/** (model, source, partition, offset), (model, tick, key) or (model, request), as JSON: no key or name can be taken for another. */
export function decisionId({ name, decide }: ModelIR, on: DecidedOn): string {
  if ('request' in on) return JSON.stringify([name, on.request])
  if ('t' in on) return JSON.stringify([name, on.t, on.key])
  return JSON.stringify([name, decide.kind === 'on' ? decide.source : '', on.partition, on.offset])
}
