/** A Spillway process that is started to be killed. */
import { spawn, type ChildProcess } from 'node:child_process'
import { resolve } from 'node:path'
import { callAfter } from '../../src/base/clock.ts'

const root = resolve(import.meta.dirname, '../..')
const PATIENCE_MS = 30_000
/** In which a process ends after SIGTERM, also on a busy machine. */
const END_MS = 60_000
/** Characters of its output that are kept: an error with its stack and long paths. */
const SAID_MAX = 10_000

export class Child {
  readonly #process: ChildProcess
  readonly #ready = Promise.withResolvers<string | undefined>()
  readonly #exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  #stderr = ''

  /**
   * `[file, ...args]`, the file relative to this checkout. Its standard error matches `ready` once it accepts records. A process that lives for
   * `patienceMs` is stuck: it is killed.
   */
  constructor([file, ...args]: readonly string[], ready: RegExp, patienceMs = PATIENCE_MS, env: NodeJS.ProcessEnv = {}) {
    this.#process = spawn(process.execPath, [...process.execArgv, resolve(root, file), ...args], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env, NODE_V8_COVERAGE: '' },
    })
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
      const match = ready.exec(this.#stderr)
      if (match) this.#ready.resolve(match[1] ?? match[0])
    })
    const stuck = callAfter(patienceMs, () => this.#process.kill('SIGKILL'))
    this.#exit = new Promise(done =>
      this.#process.once('close', (code, signal) => {
        stuck.stop()
        this.#ready.resolve(undefined)
        done({ code, signal })
      }),
    )
  }

  /** Resolves to its output once it accepts records; to undefined if it has ended. */
  ready(): Promise<string | undefined> {
    return this.#ready.promise
  }

  /** The end of its standard error. */
  get output(): string {
    return this.#stderr.trimEnd().slice(-SAID_MAX)
  }

  /** Kills it without warning. Returns an error text if it had ended before. */
  async kill(): Promise<string | undefined> {
    this.#process.kill('SIGKILL')
    const { signal } = await this.#exit
    return signal === 'SIGKILL' ? undefined : this.#wrong('ended before it was killed')
  }

  /** Asks it to end. Returns an error text if it does not end well, or not within END_MS. */
  async terminate(): Promise<string | undefined> {
    this.#process.kill('SIGTERM')
    const stuck = callAfter(END_MS, () => this.#process.kill('SIGKILL'))
    const problem = await this.exit()
    stuck.stop()
    return problem
  }

  /** Waits for its end. Returns an error text if it did not end well. */
  async exit(): Promise<string | undefined> {
    const { code, signal } = await this.#exit
    return code === 0 ? undefined : this.#wrong(`ended with ${code ?? signal}`)
  }

  #wrong(how: string): string {
    return `a process ${how}: ${this.output}`
  }
}
