/** Child process that runs one version of a pipeline for `spillway dev`. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { limits, withDeadline } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { ConfigChoice } from '../command/config-file.ts'

/** A message of the child process (`dev-child.ts`): a file that it loads, with its state; the IR of its pipeline; the URL of its server. */
export type DevMessage = { readonly file: string; readonly state: string } | { readonly ir: PipelineIR } | { readonly url: string }

/**
 * The configuration file, which each version and its audits read again, and the sources with feeds that arguments cannot name: the file has
 * these.
 */
export interface DevConfiguration extends ConfigChoice {
  readonly sources: readonly string[]
}

/** Arguments and callbacks of a version. */
export interface DevRunOptions {
  /** Arguments of `spillway run`, the pipeline first. */
  readonly args: readonly string[]
  /** Read sample events of the sources that can have them. */
  readonly samples: boolean
  readonly configuration: DevConfiguration
  /** Called for each user file that the process loads, with its state before. */
  readonly onFile: (path: string, state: string) => void
}

/** Time for a version that changed before it was ready to stop by itself. */
const DROP_MS = 5000

const childFile = fileURLToPath(new URL(`./dev-child${extname(import.meta.url)}`, import.meta.url))
/** A version of the pipeline in a child process. */
export class DevRun {
  /** The URL at which it listens; undefined if it ended before. */
  readonly url: Promise<string | undefined>
  /** The exit code; null if a signal ended the process. */
  readonly exited: Promise<number | null>
  readonly #child: ChildProcess
  #ir: PipelineIR | undefined
  #isStopped = false

  constructor({ args, samples, configuration, onFile }: DevRunOptions) {
    const settings = [String(process.pid), String(samples), JSON.stringify(configuration)]
    const child = fork(childFile, [...settings, ...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child = child
    const { promise: url, resolve: setUrl } = Promise.withResolvers<string>()
    child.on('message', (message: DevMessage) => {
      if ('file' in message) onFile(message.file, message.state)
      else if ('url' in message) setUrl(message.url)
      else this.#ir = message.ir
    })
    this.exited = once(child, 'exit').then(() => child.exitCode)
    // 'disconnect' comes after the last message, 'exit' may come before.
    const ended = Promise.all([this.exited, once(child, 'disconnect')])
    this.url = Promise.race([url, ended.then(() => undefined)])
  }

  /** The IR of the pipeline; undefined if its file could not be loaded. */
  get ir(): PipelineIR | undefined {
    return this.#ir
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Stops the run with SIGTERM, and kills it after `withinMs`. */
  async stop(withinMs: number = limits.TAKE_OVER_MS): Promise<void> {
    this.#isStopped = true
    if (this.isRunning) this.#child.kill('SIGTERM')
    await withDeadline(this.exited, withinMs, () => undefined)
    if (this.isRunning) this.#child.kill('SIGKILL')
    await this.exited
  }

  /** Stops a version that may not be ready. A version that is still loading holds no resources and handles no signal, so it is killed. */
  async drop(): Promise<void> {
    await this.stop(this.#ir === undefined ? 0 : DROP_MS)
  }

  /** True after a call of `stop`. */
  get isStopped(): boolean {
    return this.#isStopped
  }
}

/** The `HOST:PORT` of a URL. `URL.host` omits the default port of the protocol. */
export const hostAndPort = (url: string): string => /^\w+:\/\/([^/]+)/.exec(url)![1]
