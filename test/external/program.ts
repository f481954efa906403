/** Runs a program beside this process, whose own server and connections continue meanwhile. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

export interface Ran {
  /** `null` if it was ended at its timeout. */
  readonly status: number | null
  readonly stdout: string
  /** Both streams, standard output first. */
  readonly output: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string
  /** Milliseconds. */
  readonly timeout: number
}

export async function run(program: string, args: readonly string[], { input = '', ...options }: RunOptions): Promise<Ran> {
  const child = spawn(program, args, { ...options, killSignal: 'SIGKILL', stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [[status], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ])
  return { status, stdout, output: `${stdout}${stderr}` }
}
