/** `spillway run` as a server in a separate process, which can be killed and started again. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { commandLine } from './spillway-command.ts'

const START_MS = 120_000

export class ServedRun {
  readonly url: string
  readonly pid: number
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>

  private constructor(url: string, child: ChildProcess, exited: Promise<unknown>) {
    this.url = url
    this.pid = child.pid!
    this.#child = child
    this.#exited = exited
  }

  /** Resolves once it listens on a free port of this machine. Throws with its output if it ends before that, or takes too long. */
  static async start(file: string, data: string, env: Readonly<Record<string, string>>): Promise<ServedRun> {
    const [command, ...args] = commandLine('run', file, '--data', data, '--listen', '0')
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] })
    const exited = once(child, 'exit')
    const late = setTimeout(() => child.kill('SIGKILL'), START_MS)
    let output = ''
    const url = new Promise<string>(resolve => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        output += text
        const found = /listening at (\S+),/.exec(output)?.[1]
        if (found !== undefined) resolve(found)
      })
    })
    const listening = await Promise.race([url, exited.then(() => undefined)])
    clearTimeout(late)
    if (listening === undefined) throw new Error(`spillway run did not begin to listen\n${output}`)
    return new ServedRun(listening, child, exited)
  }

  /** Kills the process, like `kill -9`. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  /** Stops the run in order. Resolves to its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM')
    await this.#exited
    return this.#child.exitCode
  }
}
