/** A decision batch with another number in one cell, and a valid checksum. */
import type { ModelIR, PipelineIR } from '../../src/define/ir/ir.ts'
import { triggerId, triggerKey } from '../../src/define/model/trigger.ts'
import type { StoredDecisionBatch } from '../../src/log/store.ts'
import { isListColumn } from '../../src/model/vector.ts'
import { DecisionWriter, decodeDecisions } from '../../src/run/decide/decision-codec.ts'
import type { LiveDecisions } from '../../src/run/decide/live-model.ts'

export interface Cut {
  readonly entry: number
  readonly input: string
}

/** A number that no cause explains. */
export const damagedNumber = (value: number): number => (value === -1 ? 1 : value * 2 + 1)

/** Within the bound of doubles, at an eighth of it, and beyond the effect of another order of summation. */
export const nearbyNumber = (value: number): number => value * (1 + 2 ** -43)

/** Changes a number in the first row of an entry; returns the same batch if its inputs have none. */
export function tampered(ir: PipelineIR, stretch: StoredDecisionBatch, { entry, input }: Cut, by = damagedNumber): StoredDecisionBatch {
  const model = ir.models.find(({ name }) => name === stretch.model)!
  const decoded = decodeDecisions(stretch.bytes)
  const row = decoded.entry.indexOf(entry)
  const slot = model.inputs.findIndex(({ name }) => name === input)
  const column = decoded.vector[slot]
  if (row < 0 || isListColumn(column) || model.inputs[slot].expr.type === 'string' || column.nulls?.[row] === 1) return stretch
  const values = Float64Array.from(column.values)
  values[row] = model.inputs[slot].expr.type === 'bool' ? 1 - values[row] : by(values[row])
  return written(ir, model, decoded, decoded.vector.with(slot, { ...column, values }))
}

function written(
  ir: PipelineIR,
  model: ModelIR,
  decoded: ReturnType<typeof decodeDecisions>,
  vector: LiveDecisions['vector'],
): StoredDecisionBatch {
  const { fingerprint, strings, length, entry, t, sourcePosition, keys, ids, score, rejected, reads, visibleCounts, asOfTimes } = decoded
  const reasons = Array.from({ length }, (_, row) => row).filter(row => rejected.nulls?.[row] !== 1)
  const decisions: LiveDecisions = {
    model,
    length,
    entry,
    t,
    sourcePosition,
    key: keys,
    id: ids,
    keyColumn: triggerKey(ir, model),
    idColumn: triggerId(ir, model),
    vector,
    score,
    rejected: new Map(reasons.map(row => [row, strings.textOf(rejected.values[row])])),
    reads: reads.map((id, i) => ({ id, visibleCount: visibleCounts[i], asOf: asOfTimes[i] })),
    since: () => 0,
    times: { begun: 0, features: 0, scored: 0 },
  }
  return new DecisionWriter(fingerprint, strings).write(decisions, () => strings)
}
