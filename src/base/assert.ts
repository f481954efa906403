import { SpillwayError } from './errors.ts'

/** States an invariant. Always on: a wrong value is worse than a stop. */
export function assert(holds: boolean, invariant: string): asserts holds {
  if (!holds) throw new SpillwayError('SPILL_ASSERT', `${invariant} (this is a bug in Spillway)`)
}

/** For the branch that types say cannot be reached. */
export function unreachable(value: never): never {
  throw new SpillwayError('SPILL_ASSERT', `unexpected ${JSON.stringify(value)} (this is a bug in Spillway)`)
}
