/** A command in a separate process, with a fault, a time limit and a memory limit: faults cause endless loops. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { SpillwayError } from '../../src/base/errors.ts'
import type { Fault } from './faults.ts'

/** Exit code of the hook if the file has changed since the fault was planned. */
const SOURCE_CHANGED = 99
/** Address space of a process's data; each worker thread of a test reserves some 200 MB. */
const DATA_KB_MAX = 8_000_000

const hook = join(import.meta.dirname, 'hook.ts')

/** The hook's replacement. */
export type FaultyText = Pick<Fault, 'path' | 'of' | 'start' | 'end' | 'is'>

export interface NodeResult {
  readonly passed: boolean
  readonly seconds: number
  /** Its output, if it did not pass. */
  readonly output: string
}

/** Runs Node with `args`. Exceeding the time or memory limit is a failure. */
export async function runNode(
  args: readonly string[],
  { fault, seconds }: { fault?: FaultyText | undefined; seconds: number },
): Promise<NodeResult> {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env
  const env = { ...inherited, NODE_V8_COVERAGE: '', ...(fault && { SPILLWAY_FAULT: JSON.stringify(fault) }) }
  const node = [process.execPath, '-C', 'spillway-source', '--import', hook, ...args]
  const child = spawn('sh', ['-c', `ulimit -d ${DATA_KB_MAX}; exec "$@"`, 'sh', ...node], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const started = performance.now()
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000)
  const code = await new Promise<number | null>((done, fail) => child.on('close', done).on('error', fail))
  clearTimeout(timer)
  if (code === SOURCE_CHANGED)
    throw new SpillwayError('SPILL_INPUT', `${fault?.path} was edited while faults were made in it; run this again`)
  return { passed: code === 0, seconds: (performance.now() - started) / 1000, output }
}
