/** Verifies recorded decisions: the checksum of each batch, its model and its entries. */
import { SpillwayError } from '../../base/errors.ts'
import type { StoredDecisions } from '../../log/store.ts'
import type { Damage } from '../../log/verify.ts'
import { readDecisions } from '../decide/decision-codec.ts'

/** The damage of all damaged batches. */
export function* damagedDecisions(stretches: Iterable<StoredDecisions>): Generator<Damage> {
  for (const stretch of stretches) {
    const damage = damageOf(stretch)
    if (damage) yield damage
  }
}

/** The damage of a batch; undefined if it is intact. */
export function damageOf(stretch: StoredDecisions): Damage | undefined {
  const problem = problemOf(stretch)
  return problem === undefined
    ? undefined
    : { what: `a batch of decisions of '${stretch.model}'`, entries: [stretch.first, stretch.last], problem }
}

function problemOf({ model, first, last, count, bytes }: StoredDecisions): string | undefined {
  try {
    const read = readDecisions(bytes)
    const isSame = read.model === model && read.length === count && read.entry[0] === first && read.entry[count - 1] === last
    return isSame ? undefined : `holds ${read.length} of '${read.model}' from entry ${read.entry[0]} on, and stands as ${count}`
  } catch (error) {
    if (error instanceof SpillwayError) return error.message.replace('a batch of decisions ', '')
    throw error
  }
}
