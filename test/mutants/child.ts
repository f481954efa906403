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
const compiledFolder = join(import.meta.dirname, '../../.cache/mutants')

/** The hook's replacement. */
export type FaultyText = Pick<Fault, 'path' | 'of' | 'start' | 'end' | 'is'>

export interface NodeResult {
  readonly passed: boolean
  /** Wall clock. */
  readonly seconds: number
  /** Its output, if it did not pass. */
  readonly output: string
}

/** The first failed test of a file, in the report of `--test-reporter=tap`. */
const failedTest = /^not ok /m

export interface NodeOptions {
  readonly fault?: FaultyText | undefined
  /** A folder for V8's reports of the executed code, and for the processor time. */
  readonly coverage?: string
  /** Limit by the wall clock: a check that waits forever uses no processor time. */
  readonly seconds: number
  /** Limit of processor time of each process, which is the same on a busy machine. */
  readonly cpuSeconds?: number
}

/** Runs Node with `args`. Exceeding a limit of time or memory is a failure. With a fault it ends at the first failed test. */
export async function runNode(args: readonly string[], { fault, coverage = '', seconds, cpuSeconds }: NodeOptions): Promise<NodeResult> {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env
  // Most of a short check is the compilation of its imports; precompiled code has no coverage.
  const compiled = coverage === '' ? compiledFolder : ''
  const env = {
    ...inherited,
    NODE_V8_COVERAGE: coverage,
    NODE_COMPILE_CACHE: compiled,
    ...(fault && { SPILLWAY_FAULT: JSON.stringify(fault) }),
  }
  const node = [process.execPath, '-C', 'spillway-source', '--import', hook, ...args]
  const limits = `ulimit -d ${DATA_KB_MAX}${cpuSeconds === undefined ? '' : ` -t ${Math.ceil(cpuSeconds)}`}`
  const child = spawn('sh', ['-c', `${limits}; exec "$@"`, 'sh', ...node], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (fault && failedTest.test(output)) child.kill('SIGKILL')
    })
  const started = performance.now()
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000)
  const code = await new Promise<number | null>((done, fail) => child.on('close', done).on('error', fail))
  clearTimeout(timer)
  if (code === SOURCE_CHANGED)
    throw new SpillwayError('SPILL_INPUT', `${fault?.path} was edited while faults were made in it; run this again`)
  return { passed: code === 0, seconds: (performance.now() - started) / 1000, output }
}
