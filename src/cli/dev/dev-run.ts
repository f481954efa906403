/** One version of a pipeline as `spillway dev` runs it, in a process of its own. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { pause } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'

/** What the process tells (`dev-child.ts`): a file that it loads, the pipeline that they are. */
export type DevMessage = { readonly file: string } | { readonly ir: PipelineIR }

export interface DevRunOptions {
  /** As `spillway run` takes them, the pipeline first. */
  readonly args: readonly string[]
  /** A file of the user's is loaded. */
  readonly onFile: (path: string) => void
  /** A line that it said. */
  readonly onSaid: (line: string) => void
}

/** For a version that changed before it was ready, to end as a run does. */
const DROP_MS = 5000

const childFile = fileURLToPath(new URL(`./dev-child${extname(import.meta.url)}`, import.meta.url))
/** Of the counts that a run says every few seconds, and of what a dry one would send, there is no need where all that it does is shown. */
const isShown = (line: string): boolean => (line.endsWith(' since the start') && !line.startsWith('stopped')) || wouldSend.test(line)
const wouldSend = /^ {2}\S+ would send \{/

export class DevRun {
  /** Where it listens; undefined if it ended before it did. */
  readonly listening: Promise<string | undefined>
  /** Its exit code; null if a signal ended it. */
  readonly exited: Promise<number | null>
  readonly #child: ChildProcess
  #ir: PipelineIR | undefined
  #isStopped = false

  constructor({ args, onFile, onSaid }: DevRunOptions) {
    const child = fork(childFile, [String(process.pid), ...args], { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] })
    this.#child = child
    child.on('message', (message: DevMessage) => {
      if ('file' in message) onFile(message.file)
      else this.#ir = message.ir
    })
    this.exited = once(child, 'exit').then(() => child.exitCode)
    const said = createInterface({ input: child.stderr! })
    const url = new Promise<string>(resolve => {
      said.on('line', line => {
        if (!isShown(line)) onSaid(line)
        const found = /^ {2}listening at (\S+),/.exec(line)?.[1]
        if (found !== undefined) resolve(found)
      })
    })
    // What it said last is read before it counts as ended.
    this.listening = Promise.race([url, once(child, 'close').then(() => undefined)])
  }

  /** Of its file; undefined if that could not be loaded. */
  get ir(): PipelineIR | undefined {
    return this.#ir
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** As a run is stopped; one that does not stop for so long is ended. */
  async stop(withinMs: number = limits.TAKE_OVER_MS): Promise<void> {
    this.#isStopped = true
    if (this.isRunning) this.#child.kill('SIGTERM')
    const isGone = new AbortController()
    const late = pause(withinMs, isGone.signal)
    await Promise.race([this.exited, late])
    isGone.abort()
    if (this.isRunning) this.#child.kill('SIGKILL')
    await this.exited
  }

  /** Of a version that is to run no more, though it may not be ready: what still loads, perhaps for ever, holds nothing and hears nothing. */
  async drop(): Promise<void> {
    await this.stop(this.#ir === undefined ? 0 : DROP_MS)
  }

  /** It was asked to end. */
  get isStopped(): boolean {
    return this.#isStopped
  }
}

/** `127.0.0.1:80` of where a run says that it listens; the `host` of a `URL` leaves out the port that its protocol has. */
export const addressOf = (url: string): string => /^\w+:\/\/([^/]+)/.exec(url)![1]
