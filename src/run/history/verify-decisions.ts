/** Verifies recorded decisions: the checksum of each batch, its model and its entries. */
import { SpillwayError } from '../../base/index.ts'
import type { StoredDecisionBatch, LogDamage } from '../../log/index.ts'
import { decodeDecisions } from '../decide/decision-codec.ts'

/** The damage of all damaged batches. */
export function* damagedDecisions(batches: Iterable<StoredDecisionBatch>): Generator<LogDamage> {
  for (const batch of batches) {
    const damage = damageOf(batch)
    if (damage) yield damage
  }
}

/** The damage of a batch; undefined if it is intact. */
export function damageOf(batch: StoredDecisionBatch): LogDamage | undefined {
  const problem = problemOf(batch)
  return problem === undefined
    ? undefined
    : { what: `a batch of decisions of '${batch.model}'`, entries: [batch.first, batch.last], problem }
}

function problemOf({ model, first, last, count, bytes }: StoredDecisionBatch): string | undefined {
  try {
    const decoded = decodeDecisions(bytes)
    const isSame = decoded.model === model && decoded.length === count && decoded.entry[0] === first && decoded.entry[count - 1] === last
    return isSame ? undefined : `holds ${decoded.length} of '${decoded.model}' from entry ${decoded.entry[0]} on, and stands as ${count}`
  } catch (error) {
    if (error instanceof SpillwayError) return error.message.replace('a batch of decisions ', '')
    throw error
  }
}
