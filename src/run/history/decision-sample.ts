/** A sample of the recorded decisions of a model since a time, as large as one drift check may read. */
import { random, limits } from '../../base/index.ts'
import { Strings } from '../../columns/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { Log, type DecisionLog, type NamedValues, type SegmentLog, type StoredDecisionBatch } from '../../log/index.ts'

/**
 * Decision batches with the decisions after `from`, UTC ms, in order, and some earlier ones. Of more than `limit` decisions it draws whole
 * batches, each with the same probability, so that decisions at even intervals are neither always nor never in the sample. The same log
 * gives the same sample.
 */
export function* sampledBatches(
  ir: PipelineIR,
  model: string,
  store: SegmentLog & NamedValues & DecisionLog,
  from: number,
  limit: number = limits.DRIFT_DECISIONS_MAX,
): Generator<StoredDecisionBatch> {
  const strings = new Strings()
  const entry = new Log(store, { sources: ir.sources, stringsOf: () => strings }).firstEntrySince(from)
  let decisions = 0
  for (const { count } of store.decisionsFrom(model, entry)) decisions += count
  const next = random(1)
  for (const batch of store.decisionsFrom(model, entry)) if (next() * decisions < limit) yield batch
}
