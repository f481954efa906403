/**
 * How many threads V8 has beside this process's own, to compile and to collect garbage: as many as there are processors more than one.
 *
 * V8 itself takes four, whatever the machine. Some ten thousand events after its start everything that a run does is worth compiling, at once; on two processors four threads that compile then keep
 * the loop from them, for up to 70 ms at a time and for five seconds in all (`bench action`), and one does not. A process has its number of threads from its beginning, so it begins again, as the same process.
 */
/** Node takes `_` for `-` in it. */
const OPTION = /--v8[-_]pool[-_]size/

/** 0 is Node's word for as many as there are processors more than one. */
export const SPARE_PROCESSORS = '--v8-pool-size=0'

/** As much of a process as is looked at here. */
export interface Beginning {
  readonly execPath: string
  readonly execArgv: readonly string[]
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** A parent that sends messages would lose sight of a process that begins again. */
  readonly connected?: boolean
  readonly execve?: NodeJS.Process['execve']
}

/** The command line under which it is to begin again; `undefined` where it is to go on, since whoever started it has chosen, or it cannot. */
export function beginningAgain({ execPath, execArgv, argv, env, connected = false }: Beginning): string[] | undefined {
  const isChosen = [...execArgv, env['NODE_OPTIONS'] ?? ''].some(option => OPTION.test(option))
  if (isChosen || connected) return undefined
  return [execPath, ...execArgv, SPARE_PROCESSORS, ...argv.slice(1)]
}

/** Begins again where that is to be done; goes on where the system has no such thing (Windows), or does not allow it. */
export function limitCompilingThreads(process: Beginning): void {
  const args = beginningAgain(process)
  if (!args) return
  try {
    process.execve?.(process.execPath, args, process.env)
  } catch {
    // It does the same as it is, with answers some milliseconds later now and then.
  }
}
