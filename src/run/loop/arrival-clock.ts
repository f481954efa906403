import { SpillwayError, limits, durationText, stopwatch, wallClock, type Clock } from '../../base/index.ts'

/**
 * The wall clock that stamps arrivals, guarded against jumps. A jump back is handled by the log, whose arrivals never fall. A jump ahead,
 * measured against a clock that cannot be set, would stay in the log for ever, so it throws `SPILL_CLOCK`.
 */
export function arrivalClock(wall: Clock = wallClock, elapsed: Clock = stopwatch): Clock {
  let lastWall = wall()
  let lastElapsed = elapsed()
  return () => {
    const now = wall()
    const passed = elapsed()
    const ahead = now - lastWall - (passed - lastElapsed)
    if (ahead > limits.CLOCK_JUMP_MS_MAX)
      throw new SpillwayError(
        'SPILL_CLOCK',
        `the wall clock jumped ahead by ${durationText(Math.round(ahead / 1000) * 1000)}; correct the clock and start again`,
      )
    lastWall = now
    lastElapsed = passed
    return now
  }
}
