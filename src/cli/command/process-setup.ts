/** Sets up the process of a command: closed output, threads of V8, signals of process 1. Loads nothing that needs a newer Node. */

/**
 * Lets the process finish its work although its output cannot be written: a reader closed the pipe (`| head`), a disk of logs is full, a
 * terminal is gone. `warn` receives a sentence if the standard output is incomplete for another reason than its reader; the exit code is then
 * 1.
 */
export function surviveOutputErrors(own: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'exitCode'>, warn: (text: string) => void): void {
  own.stderr.on('error', () => {})
  let hasWarned = false
  own.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    own.exitCode = 1
    if (!hasWarned) warn(`the standard output is incomplete: ${error.message}`)
    hasWarned = true
  })
}

/** Node accepts `_` for `-` in this option. */
const OPTION = /--v8[-_]pool[-_]size/

/**
 * Limits V8's background threads for compilation and garbage collection: with 0, Node starts one fewer than the machine has processors.
 *
 * V8 starts four threads on every machine. About ten thousand events after a start, all code of a run becomes hot at once.
 * On two processors, four compiler threads then block the event loop for up to 70 ms at a time and five seconds in all (`bench action`).
 * One thread does not. The number of threads is fixed when a process starts, so the process replaces itself with `execve`.
 */
export const SPARE_PROCESSORS_OPTION = '--v8-pool-size=0'

/** The part of `process` that this file reads. */
export interface RestartableProcess {
  readonly execPath: string
  readonly execArgv: readonly string[]
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** True if an IPC channel to the parent is open. A restarted process would lose the channel. */
  readonly connected?: boolean
  readonly execve?: NodeJS.Process['execve']
}

/** The command line for the restart. `undefined` if the caller chose a number of threads already, or if a restart is impossible. */
export function restartArguments({ execPath, execArgv, argv, env, connected = false }: RestartableProcess): string[] | undefined {
  const isChosen = [...execArgv, env['NODE_OPTIONS'] ?? ''].some(option => OPTION.test(option))
  if (isChosen || connected) return undefined
  return [execPath, ...execArgv, SPARE_PROCESSORS_OPTION, ...argv.slice(1)]
}

/** Restarts the process with fewer threads if needed. Continues where the system lacks `execve` (Windows) or denies it. */
export function limitCompilerThreads(process: RestartableProcess): void {
  const args = restartArguments(process)
  if (!args) return
  try {
    process.execve?.(process.execPath, args, process.env)
  } catch {
    // The run works without the limit; some answers then take a few milliseconds longer.
  }
}

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const

/** The part of `process` that this file uses. */
interface PidOneProcess {
  readonly pid: number
  on(signal: keyof typeof signalNumbers, listener: () => void): unknown
  listenerCount(signal: string): number
  exit(code: number): void
}

/**
 * Makes process 1 of a container exit with code 128 + signal if the signal has no other listener. Other processes are unchanged.
 *
 * The kernel gives process 1 no default action for signals. Without a handler, Ctrl-C and `docker stop` would do nothing until a command
 * installs its own.
 */
export function exitOnSignals(process: PidOneProcess): void {
  if (process.pid !== 1) return
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(128 + signalNumbers[signal])
    })
}
