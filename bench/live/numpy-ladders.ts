/** The peer of `bench audit`: the same ladders by numpy on every core, in a process that keeps the columns and makes them when asked. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import coefficients from '../../examples/flights/coefficients.json' with { type: 'json' }
import { PeerMissing } from '../bench.ts'
import type { Blocks, Point, RungPoints } from './audit-ladders.ts'
import type { LaddersAsk } from './audit-process.ts'

const ENVIRONMENT = '.peers/numpy'
const VERSION = '2.4.6'
const program = (name: string): string => resolve(ENVIRONMENT, 'bin', name)
const there = resolve(ENVIRONMENT, `numpy-${VERSION}`)

/** Installs it from PyPI into an environment of its own. */
export function installNumpy(run: (command: string, args: readonly string[]) => void): void {
  if (existsSync(there)) return
  if (!existsSync(program('python'))) run('python3', ['-m', 'venv', ENVIRONMENT])
  run(program('pip'), ['install', '--disable-pip-version-check', `numpy==${VERSION}`])
  writeFileSync(there, '')
}

/** Measured in the process itself. */
export interface NumpyTook {
  readonly seconds: number
  /** Of all its processes. */
  readonly cpuSeconds: number
  /** Of the largest of its processes, since it began. */
  readonly peakMb: number
  /** In the order of the rungs that were asked for. */
  readonly points: readonly RungPoints['ways'][]
}

export interface NumpyAsk extends LaddersAsk {
  readonly blocks: Blocks
  readonly rungs: readonly Pick<RungPoints, 'element' | 'setting'>[]
  readonly processes: number
}

export class NumpyLadders {
  static readonly version = VERSION
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #answers: AsyncIterator<string>
  readonly #lines: Interface

  private constructor(folder: string) {
    const script = fileURLToPath(new URL('audit-ladders.py', import.meta.url))
    // Each process has one core, and products of matrices would take all.
    const oneThread = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }
    this.#process = spawn(program('python'), [script, folder], {
      env: { ...process.env, ...oneThread },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#lines = createInterface({ input: this.#process.stdout })
    this.#answers = this.#lines[Symbol.asyncIterator]()
  }

  /** Throws `PeerMissing` where it was not brought. */
  static checkThere(): void {
    if (!existsSync(there)) throw new PeerMissing('numpy', 'npm run peers -- numpy')
  }

  /** `folder` has the columns of the history. */
  static async start(folder: string, { blocks, rungs, draws, seed, processes }: NumpyAsk): Promise<NumpyLadders> {
    const asked = rungs.map(({ element, setting }) => ({ element, setting }))
    writeFileSync(join(folder, 'settings.json'), JSON.stringify({ ...blocks, coefficients, draws, seed, processes, rungs: asked }))
    const numpy = new NumpyLadders(folder)
    await numpy.#answer()
    return numpy
  }

  async ladders(): Promise<NumpyTook> {
    this.#process.stdin.write('ladders\n')
    return (await this.#answer()) as NumpyTook
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return
    const ended = new Promise(resolve => this.#process.once('exit', resolve))
    this.#process.stdin.end()
    await ended
    this.#lines.close()
  }

  async #answer(): Promise<unknown> {
    const { value, done } = await this.#answers.next()
    if (done) throw new Error(`the process of numpy ended with ${this.#process.exitCode}`)
    return JSON.parse(value)
  }
}

/** By how much two sides differ at most: in a week's utility, and in the area; and how many points there are to compare. */
export interface Apart {
  readonly aWeek: number
  readonly auc: number
  readonly compared: number
  /** Points that one of the two has and the other has not. */
  readonly missing: number
}

export function apart(ours: readonly RungPoints['ways'][], theirs: readonly RungPoints['ways'][]): Apart {
  let [aWeek, auc, compared, missing] = [0, 0, 0, Math.abs(ours.length - theirs.length)]
  for (const [i, one] of ours.slice(0, theirs.length).entries())
    for (const [way, point] of Object.entries(one)) {
      const other: Point = theirs[i][way as keyof typeof one]
      if (point.aWeek === null || other.aWeek === null || point.auc === null || other.auc === null) {
        missing++
        continue
      }
      compared++
      aWeek = Math.max(aWeek, Math.abs(point.aWeek - other.aWeek))
      auc = Math.max(auc, Math.abs(point.auc - other.auc))
    }
  return { aWeek, auc, compared, missing }
}
