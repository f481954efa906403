import { SpillwayError } from './errors.ts'

/** Asserts an invariant: throws `SPILL_ASSERT` if it does not hold. Always on: a wrong value is worse than a stop. */
export function assert(holds: boolean, invariant: string): asserts holds {
  if (!holds) throw new SpillwayError('SPILL_ASSERT', `${invariant} (this is a bug in Spillway)`)
}

/** Throws `SPILL_ASSERT`, for a branch that is unreachable by its types. */
export function unreachable(value: never): never {
  throw new SpillwayError('SPILL_ASSERT', `unexpected ${JSON.stringify(value)} (this is a bug in Spillway)`)
}
