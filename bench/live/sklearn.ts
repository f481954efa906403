/** The peer of `bench train`: scikit-learn's HistGradientBoostingClassifier on one thread, in a process that keeps the rows and fits when asked. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { PeerMissing } from '../bench.ts'
import type { Labelled } from '../data/labelled.ts'

const ENVIRONMENT = '.peers/sklearn'
const VERSION = '1.9.1'
const program = (name: string): string => resolve(ENVIRONMENT, 'bin', name)
const there = resolve(ENVIRONMENT, `scikit-learn-${VERSION}`)

/** Installs it from PyPI into an environment of its own. */
export function installSklearn(run: (command: string, args: readonly string[]) => void): void {
  if (existsSync(there)) return
  if (!existsSync(program('python'))) run('python3', ['-m', 'venv', ENVIRONMENT])
  run(program('pip'), ['install', '--disable-pip-version-check', `scikit-learn==${VERSION}`])
  writeFileSync(there, '')
}

/** Of one fit, measured in the process itself. */
export interface Fitted {
  readonly wall: number
  readonly cpu: number
  readonly trees: number
}

export interface SameSettings {
  readonly rounds: number
  readonly learningRate: number
  readonly leaves: number
  readonly minRows: number
  readonly bins: number
}

export class Sklearn {
  static readonly version = VERSION
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #answers: AsyncIterator<string>
  readonly #lines: Interface
  readonly #folder: string

  private constructor(folder: string) {
    const script = fileURLToPath(new URL('sklearn-train.py', import.meta.url))
    const oneThread = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }
    this.#process = spawn(program('python'), [script, folder], {
      env: { ...process.env, ...oneThread },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#lines = createInterface({ input: this.#process.stdout })
    this.#answers = this.#lines[Symbol.asyncIterator]()
    this.#folder = folder
  }

  /** Throws `PeerMissing` where it was not brought. */
  static checkThere(): void {
    if (!existsSync(there)) throw new PeerMissing('scikit-learn', 'npm run peers -- sklearn')
  }

  static async start(folder: string, train: Labelled, heldOut: Labelled, settings: SameSettings): Promise<Sklearn> {
    for (const [name, { columns, labels }] of Object.entries({ train, heldOut })) {
      writeFileSync(join(folder, `${name}.columns`), Buffer.concat(Object.values(columns).map(column => new Uint8Array(column.buffer))))
      writeFileSync(join(folder, `${name}.labels`), labels)
    }
    writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings))
    const sklearn = new Sklearn(folder)
    await sklearn.#answer()
    return sklearn
  }

  async fit(): Promise<Fitted> {
    this.#process.stdin.write('fit\n')
    return (await this.#answer()) as Fitted
  }

  /** Probabilities of the rows held out, by the last fit. */
  async predict(): Promise<Float64Array> {
    this.#process.stdin.write('predict\n')
    await this.#answer()
    const bytes = readFileSync(join(this.#folder, 'predicted'))
    return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
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
    if (done) throw new Error(`the process of scikit-learn ended with ${this.#process.exitCode}`)
    return JSON.parse(value)
  }
}
