/** Recorded decisions in the form of a replay, so that consumers of a replay also work on a log. */
import { limits, random } from '../../base/index.ts'
import { Strings } from '../../columns/index.ts'
import { groupReads, readId } from '../../decision/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import { Log, type DecisionLog, type NamedValues, type SegmentLog, type StoredDecisionBatch } from '../../log/index.ts'
import { isListInput } from '../../decision/index.ts'
import type { DecisionBatch } from '../../replay/index.ts'
import { decodeDecisions, type DecisionShape, type DecodedDecisions } from '../decide/decision-codec.ts'

/** A decision batch in the form of a replay, with the entry of each decision. */
export interface RecordedBatch extends DecisionBatch {
  readonly entry: Float64Array
  /** The version that scored; undefined for the score of the definition. */
  readonly version: number | undefined
  readonly explored: DecodedDecisions['explored']
}

export interface RecordedBatchesOptions {
  /** Total number of decisions. */
  readonly total: number
  /** Receives for each batch the pipeline that decided, and whether its vectors fit the model; others are left out. */
  readonly onBatch?: (by: { readonly fingerprint: string; readonly decisions: number; readonly fits: boolean }) => void
}

/** The decisions of a model whose vectors fit its inputs, in order. Texts get ids in `strings`. Throws `SPILL_DATA` for damaged bytes. */
export function* recordedBatches(
  ir: PipelineIR,
  model: ModelIR,
  stored: Iterable<StoredDecisionBatch>,
  strings: Strings,
  { total, onBatch }: RecordedBatchesOptions,
): Generator<RecordedBatch> {
  const reads = groupReads(ir, model)
  const shape = shapeText(shapeOf(ir, model))
  let [first, decisions] = [0, 0]
  for (const { bytes } of stored) {
    const decoded = decodeDecisions(bytes, strings)
    const { length, version, entry, t, keys, ids, sourcePosition, vector, score, rejected, explored, fingerprint } = decoded
    const { visibleCounts, asOfTimes } = decoded
    const fits = shapeText(decoded) === shape
    decisions += length
    onBatch?.({ fingerprint, decisions: length, fits })
    if (!fits) continue
    const reasons = Array.from({ length }, (_, row) => row).filter(row => rejected.nulls?.[row] !== 1)
    yield {
      model,
      length,
      first,
      entry,
      version,
      explored,
      t,
      key: keys,
      id: ids,
      sourcePosition,
      vector,
      score,
      rejected: new Map(reasons.map(row => [row, strings.textOf(rejected.values[row])])),
      reads: reads.map((read, i) => ({ read, visibleEvents: Int32Array.from(visibleCounts[i]), asOf: asOfTimes[i] })),
      done: decisions / total,
    }
    first += length
  }
}

type Shape = Pick<DecisionShape, 'inputs' | 'reads'>

function shapeOf(ir: PipelineIR, model: ModelIR): Shape {
  return {
    inputs: model.inputs.map(({ name, expr }) => ({ name, expr, ...(isListInput(ir, expr) && { list: true as const }) })),
    reads: groupReads(ir, model).map(({ group, key }) => readId({ group: group.name, key })),
  }
}

/** The signature of a vector; equal signatures fit one table. */
const shapeText = ({ inputs, reads }: Shape): string =>
  JSON.stringify([inputs.map(({ name, expr: { type }, list }) => [name, type, list === true]), reads])

/**
 * A sample of the decisions of a model since a time, as large as one drift check may read: batches with the decisions after `from`, UTC ms, in order, and some earlier ones. Of more than `limit` decisions it draws whole
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
