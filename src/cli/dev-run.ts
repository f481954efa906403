/** One version of a pipeline as `spillway dev` runs it, in a process of its own. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { PipelineIR } from '../define/ir.ts'

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

  constructor({ args, onFile, onSaid }: DevRunOptions) {
    const child = fork(childFile, args, { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] })
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

  async stop(): Promise<void> {
    if (this.isRunning) this.#child.kill('SIGTERM')
    await this.exited
  }
}
