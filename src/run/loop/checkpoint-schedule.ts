/**
 * The schedule of checkpoints: frequent enough that a start replays little of the log, and no more frequent, since a checkpoint writes all
 * state to the disk that the log needs.
 */
import { callEvery, limits } from '../../base/index.ts'
import type { Run } from './run.ts'

/** Starts checkpoints periodically until it is stopped. */
export function scheduleCheckpoints(run: Pick<Run, 'checkpoint'>, repeat = callEvery): ReturnType<typeof callEvery> {
  const [often, seldom] = [limits.CHECKPOINT_ROUND_MS, limits.CHECKPOINT_ROUND_MS_MAX]
  let waited = 0
  return repeat(often, () => {
    waited += often
    if (run.checkpoint(waited < seldom ? limits.CHECKPOINT_ROUND_ENTRIES : 0)) waited = 0
  })
}
