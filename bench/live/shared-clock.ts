/** Milliseconds of a clock that all processes of a machine share: on Linux the monotonic one, whose zero is that of the machine and not of the process. */
export function sharedClock(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}
