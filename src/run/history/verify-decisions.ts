/** Are recorded decisions what they were written as? Reads every stretch: its checksum, and that it is of the model and entries that it stands as. */
import { SpillwayError } from '../../base/errors.ts'
import type { StoredDecisions } from '../../log/store.ts'
import type { Damage } from '../../log/verify.ts'
import { readDecisions } from '../decide/decision-codec.ts'

export function* damagedDecisions(stretches: Iterable<StoredDecisions>): Generator<Damage> {
  for (const stretch of stretches) {
    const damage = damageOf(stretch)
    if (damage) yield damage
  }
}

/** The damage of a stretch; `undefined` if the stretch is intact. */
export function damageOf(stretch: StoredDecisions): Damage | undefined {
  const problem = problemOf(stretch)
  return problem === undefined
    ? undefined
    : { what: `a stretch of decisions of '${stretch.model}'`, entries: [stretch.first, stretch.last], problem }
}

function problemOf({ model, first, last, count, bytes }: StoredDecisions): string | undefined {
  try {
    const read = readDecisions(bytes)
    const isSame = read.model === model && read.length === count && read.entry[0] === first && read.entry[count - 1] === last
    return isSame ? undefined : `holds ${read.length} of '${read.model}' from entry ${read.entry[0]} on, and stands as ${count}`
  } catch (error) {
    if (error instanceof SpillwayError) return error.message.replace('a stretch of decisions ', '')
    throw error
  }
}
