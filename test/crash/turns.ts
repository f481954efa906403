import { callSoon } from '../../src/base/clock.ts'

const TURNS = 3

/** Runs some turns of the event loop. */
export async function turns(count = TURNS): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise<void>(resolve => callSoon(resolve))
}
