/**
 * What process number 1 of a container lacks: the system ends it by no signal that it does not listen to, so that Ctrl-C and `docker stop` would do nothing where no command listens yet, or
 * none does. What listens later is asked instead.
 */
const numbers = { SIGINT: 2, SIGTERM: 15 } as const

/** As much of a process as is looked at here. */
export interface FirstProcess {
  readonly pid: number
  on(signal: keyof typeof numbers, listener: () => void): unknown
  listenerCount(signal: string): number
  exit(code: number): void
}

/** Ends the process at a signal to which nothing else listens, with the code that a shell would have for it, if it is number 1. */
export function endBySignals(process: FirstProcess): void {
  if (process.pid !== 1) return
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(128 + numbers[signal])
    })
}
