/**
 * How far apart turns are made while others wait for the disk: the more wait, the farther, so that a disk that is slow does not use up what may be in flight
 * (`TURNS_IN_FLIGHT_MAX`) and hold deciding up until it is done.
 */
import { after, soon } from '../base/clock.ts'
import { limits } from '../base/limits.ts'

/**
 * Milliseconds until the next turn, with so many waiting for the disk: none for the first ones, then twice as many for each `TURNS_UNPACED` more. `isBehind`: what
 * was appended waits to be decided, as during a tick, whose turns are short and many; then what comes in waits for it, however far apart they are.
 */
export function paceOf(inFlight: number, isBehind: boolean): number {
  if (inFlight < limits.TURNS_UNPACED) return 0
  if (isBehind) return limits.TURN_PACE_MS
  return Math.min(limits.TURN_PACE_MS * 2 ** Math.floor(inFlight / limits.TURNS_UNPACED - 1), limits.TURN_PACE_MS_MAX)
}

export function atPace(inFlight: number, isBehind: boolean, turn: () => void): void {
  const pace = paceOf(inFlight, isBehind)
  if (pace === 0) soon(turn)
  else after(pace, turn)
}
