/**
 * Signal handlers for process 1 of a container. The kernel gives process 1 no default action for signals.
 * Without a handler, Ctrl-C and `docker stop` would do nothing until a command installs its own.
 */
const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const

/** The part of `process` that this file uses. */
export interface PidOneProcess {
  readonly pid: number
  on(signal: keyof typeof signalNumbers, listener: () => void): unknown
  listenerCount(signal: string): number
  exit(code: number): void
}

/** Makes process 1 exit with code 128 + signal if the signal has no other listener. Other processes are unchanged. */
export function exitOnSignals(process: PidOneProcess): void {
  if (process.pid !== 1) return
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(128 + signalNumbers[signal])
    })
}
