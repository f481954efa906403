/** A process of Spillway's, started to be killed. */
import { spawn, type ChildProcess } from 'node:child_process'
import { resolve } from 'node:path'
import { callAfter } from '../../src/base/clock.ts'

const root = resolve(import.meta.dirname, '../..')
const PATIENCE_MS = 30_000
/** Of what it said: an error with its stack, however long the paths in it are. */
const SAID_MAX = 10_000

export class Child {
  readonly #process: ChildProcess
  readonly #ready = Promise.withResolvers<string | undefined>()
  readonly #exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  #said = ''

  /** `[file, ...args]`, the file as it stands in this checkout. What it says on standard error matches `ready` once it takes records. */
  constructor([file, ...args]: readonly string[], ready: RegExp) {
    this.#process = spawn(process.execPath, [...process.execArgv, resolve(root, file), ...args], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NODE_V8_COVERAGE: '' },
    })
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text
      const found = ready.exec(this.#said)
      if (found) this.#ready.resolve(found[1] ?? found[0])
    })
    const stuck = callAfter(PATIENCE_MS, () => this.#process.kill('SIGKILL'))
    this.#exit = new Promise(done =>
      this.#process.once('close', (code, signal) => {
        stuck.stop()
        this.#ready.resolve(undefined)
        done({ code, signal })
      }),
    )
  }

  /** Resolves when it takes records, with what it said by that; or with nothing, when it has ended. */
  ready(): Promise<string | undefined> {
    return this.#ready.promise
  }

  /** Ends it without a warning. Returns what is wrong if it had ended before. */
  async kill(): Promise<string | undefined> {
    this.#process.kill('SIGKILL')
    const { signal } = await this.#exit
    return signal === 'SIGKILL' ? undefined : this.#wrong('ended before it was killed')
  }

  async terminate(): Promise<string | undefined> {
    this.#process.kill('SIGTERM')
    return this.exit()
  }

  /** Waits for its end. Returns what is wrong if it did not end well. */
  async exit(): Promise<string | undefined> {
    const { code, signal } = await this.#exit
    return code === 0 ? undefined : this.#wrong(`ended with ${code ?? signal}`)
  }

  #wrong(how: string): string {
    return `a process ${how}: ${this.#said.trimEnd().slice(-SAID_MAX)}`
  }
}
