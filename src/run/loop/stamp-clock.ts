import { SpillwayError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import { durationText } from '../../base/time.ts'
import { stopwatch, wallClock, type Clock } from '../../base/clock.ts'

/**
 * The wall clock as a run stamps arrivals by it. A jump back is the log's to deal with (arrivals never fall); a jump ahead, by more than has passed on a
 * clock that cannot be set, would be kept in the log for ever, so that it throws `SPILL_CLOCK`.
 */
export function stampClock(wall: Clock = wallClock, elapsed: Clock = stopwatch): Clock {
  let lastWall = wall()
  let lastElapsed = elapsed()
  return () => {
    const now = wall()
    const passed = elapsed()
    const ahead = now - lastWall - (passed - lastElapsed)
    if (ahead > limits.CLOCK_JUMP_MS_MAX)
      throw new SpillwayError(
        'SPILL_CLOCK',
        `the wall clock jumped ahead by ${durationText(Math.round(ahead / 1000) * 1000)}; set it right and start again, before an event keeps it`,
      )
    lastWall = now
    lastElapsed = passed
    return now
  }
}
