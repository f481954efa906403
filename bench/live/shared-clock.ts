/**
 * Milliseconds of a clock that all processes of a machine share: on Linux the monotonic clock, whose zero is that of the machine and not of
 * the process.
 */
export function sharedClock(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}

/** A clock faster than real time, the same in every process that has its parameters. */
export interface Simulated {
  /** UTC ms when the shared clock is at `begin`. */
  readonly start: number
  readonly begin: number
  /** Its milliseconds for one of the shared clock. */
  readonly speed: number
}

/** UTC ms, integer. */
export const simulatedClock =
  ({ start, begin, speed }: Simulated): (() => number) =>
  () =>
    Math.floor(start + (sharedClock() - begin) * speed)
