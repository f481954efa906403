/**
 * When a run saves its state: so often that a start has little of the log to take again, and no oftener, since a round writes all of the state, and the log waits for
 * the same disk.
 */
import { every } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import type { Run } from './run.ts'

/** Begins rounds until it is stopped. */
export function saveRounds(run: Pick<Run, 'checkpoint'>, repeat = every): ReturnType<typeof every> {
  const [often, seldom] = [limits.CHECKPOINT_ROUND_MS, limits.CHECKPOINT_ROUND_MS_MAX]
  let waited = 0
  return repeat(often, () => {
    waited += often
    if (run.checkpoint(waited < seldom ? limits.CHECKPOINT_ROUND_ENTRIES : 0)) waited = 0
  })
}
