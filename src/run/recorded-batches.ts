/** Recorded decisions as a replay gives them, so that whatever takes those of a replay in memory takes those of the log as well. */
import type { Strings } from '../columns/strings.ts'
import { groupReads } from '../decision/reads.ts'
import type { ModelIR, PipelineIR } from '../define/ir.ts'
import type { StoredDecisions } from '../log/store.ts'
import type { DecisionBatch } from '../replay/decide.ts'
import { readDecisions } from './decision-codec.ts'

/**
 * The decisions of one model, in the order of the stretches. Their texts get their ids in `strings`, which grow. `total`: how many there are. Throws
 * `SPILL_DATA` for damaged bytes.
 */
export function* recordedBatches(
  ir: PipelineIR,
  model: ModelIR,
  stretches: Iterable<StoredDecisions>,
  strings: Strings,
  total: number,
): Generator<DecisionBatch> {
  const reads = groupReads(ir, model)
  let first = 0
  for (const { bytes } of stretches) {
    const { length, t, keys, ids, position, vector, score, refused, known, clock } = readDecisions(bytes, strings)
    const reasons = Array.from({ length }, (_, row) => row).filter(row => refused.nulls?.[row] !== 1)
    yield {
      model,
      length,
      first,
      t,
      key: keys,
      id: ids,
      position,
      vector,
      score,
      refused: new Map(reasons.map(row => [row, strings.textOf(refused.values[row])])),
      reads: reads.map((read, i) => ({ read, known: Int32Array.from(known[i]), clock: clock[i] })),
      done: (first + length) / total,
    }
    first += length
  }
}
