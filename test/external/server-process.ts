/**
 * `spillway run` of the suite's pipeline as a user starts it: a separate process on a free loopback port, with a data folder and one token.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const BIN = join(import.meta.dirname, '../../src/cli/bin.ts')
const PIPELINE = join(import.meta.dirname, 'pipeline.ts')
const node = ['-C', 'spillway-source', BIN] as const

export const secrets = {
  /** For webhooks in and out, in the form of Standard Webhooks. */
  standard: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  stripe: 'whsec_5f1e0c2b9a8d7e6f4a3b2c1d0e9f8a7b',
} as const

export class ServerProcess {
  readonly url: string
  /** With the role `admin`. */
  readonly token: string
  readonly #child: ChildProcess
  readonly #output: string[]

  private constructor(url: string, token: string, child: ChildProcess, output: string[]) {
    this.url = url
    this.token = token
    this.#child = child
    this.#output = output
  }

  /** `folder`: an empty one, the process's working folder. Throws with the process's output if it does not listen. */
  static async start(folder: string, receiver: string): Promise<ServerProcess> {
    const data = ['--data', join(folder, 'data')]
    const added = spawnSync(process.execPath, [...node, 'tokens', 'add', 'suite', '--role', 'admin', ...data], {
      encoding: 'utf8',
      cwd: folder,
    })
    const token = /spw_[\w-]+/.exec(added.stdout)?.[0]
    if (token === undefined) throw new Error(`there is no token: ${added.stderr}`)
    const webhooks = ['--webhook', 'hooks=standard:HOOKS_SECRET', '--webhook', 'charges=stripe:CHARGES_SECRET']
    const child = spawn(process.execPath, [...node, 'run', PIPELINE, '--listen', '127.0.0.1:0', ...data, ...webhooks], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        RECEIVER_URL: receiver,
        RECEIVER_SECRET: secrets.standard,
        HOOKS_SECRET: secrets.standard,
        CHARGES_SECRET: secrets.stripe,
      },
    })
    const output: string[] = []
    for await (const line of createInterface({ input: child.stderr })) {
      output.push(line)
      const url = /listening at (\S+),/.exec(line)?.[1]
      if (url === undefined) continue
      createInterface({ input: child.stderr }).on('line', later => output.push(later))
      return new ServerProcess(url, token, child, output)
    }
    throw new Error(`the server did not start:\n${output.join('\n')}`)
  }

  /** Output lines of the process, without its counts of events and its alerts: the suite sends it records that it must reject. */
  get warnings(): string[] {
    return this.#output.filter(line => !/^\d[\d,]* events,|^pipeline |^ {2}listening at |^ {2}(?:page|ticket|alert) /.test(line))
  }

  /** With the token; `body` as JSON, by POST. */
  fetch(path: string, body?: unknown): Promise<Response> {
    const headers = { authorization: `Bearer ${this.token}`, ...(body !== undefined && { 'content-type': 'application/json' }) }
    return fetch(`${this.url}${path}`, { headers, ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }) })
  }

  /** Stops it like a supervisor; resolves to the exit code. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode
    const ended = once(this.#child, 'exit') as Promise<[number | null]>
    this.#child.kill('SIGTERM')
    return (await ended)[0]
  }
}
