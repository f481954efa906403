/** A command in a process of its own, with a fault, a time limit and a limit of memory: faults make loops without end. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Fault } from './faults.ts'

const DATA_KB_MAX = 3_000_000

const hook = join(import.meta.dirname, 'hook.ts')

export interface Ended {
  readonly passed: boolean
  readonly seconds: number
  /** What it printed, when it did not pass. */
  readonly said: string
}

/** Runs Node with `args`. Passing the time limit, or that of memory, is not passing. */
export async function runNode(args: readonly string[], { fault, seconds }: { fault?: Fault | undefined; seconds: number }): Promise<Ended> {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env
  const env = { ...inherited, ...(fault && { SPILLWAY_FAULT: JSON.stringify(fault) }) }
  const node = [process.execPath, '-C', 'spillway-source', '--import', hook, ...args]
  const child = spawn('sh', ['-c', `ulimit -d ${DATA_KB_MAX}; exec "$@"`, 'sh', ...node], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const started = performance.now()
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000)
  const code = await new Promise<number | null>((done, fail) => child.on('close', done).on('error', fail))
  clearTimeout(timer)
  return { passed: code === 0, seconds: (performance.now() - started) / 1000, said }
}
