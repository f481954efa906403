/** One `spillway run` in a process of its own, over the files of a folder and with its data in it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { join, resolve } from 'node:path'
import { after } from '../../src/base/clock.ts'

const root = resolve(import.meta.dirname, '../..')
const PATIENCE_MS = 30_000

export class Child {
  readonly #process: ChildProcess
  readonly #ready = Promise.withResolvers<void>()
  readonly #exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  #said = ''

  /** `once`: it ends at the end of the files. */
  constructor(folder: string, files: readonly { readonly path: string; readonly feed: { readonly source: string } }[], once: boolean) {
    const sources = files.flatMap(({ path, feed }) => ['--source', `${feed.source}=${path}`])
    const options = ['--data', join(folder, 'data'), '--decisions', join(folder, 'decisions.ndjson'), ...(once ? ['--once'] : [])]
    const args = ['-C', 'spillway-source', join(root, 'src/cli/bin.ts'), 'run', join(root, 'test/crash/shop.ts'), ...sources, ...options]
    this.#process = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, NODE_V8_COVERAGE: '' } })
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text
      if (/begins a new log|goes on at entry/.test(this.#said)) this.#ready.resolve()
    })
    const stuck = after(PATIENCE_MS, () => this.#process.kill('SIGKILL'))
    this.#exit = new Promise(done =>
      this.#process.once('close', (code, signal) => {
        stuck.stop()
        this.#ready.resolve()
        done({ code, signal })
      }),
    )
  }

  /** Resolves when it takes records, or has ended. */
  ready(): Promise<void> {
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
    return `a process ${how}: ${this.#said.trimEnd().slice(-1000)}`
  }
}
