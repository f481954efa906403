/** The baseline of `bench serve`: a feature server of Feast over a store of the expected values. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pause } from '../../src/base/clock.ts'
import { MissingPeerError } from '../bench.ts'
import { getOf, postOf, Wire } from './wire.ts'

const ENVIRONMENT = '.peers/feast'
const VERSION = '0.67.0'
const START_MS_MAX = 120_000
const LOOK_EVERY_MS = 200
const SERVICE = 'wide'
const program = (name: string): string => resolve(ENVIRONMENT, 'bin', name)

/** Installs it from PyPI into an environment of its own. */
export function installFeast(run: (command: string, args: readonly string[]) => void): void {
  if (!existsSync(program('python'))) run('python3', ['-m', 'venv', ENVIRONMENT])
  if (!existsSync(program('feast'))) run(program('pip'), ['install', '--disable-pip-version-check', `feast==${VERSION}`])
}

/** Values of one key by feature. */
export type Row = Readonly<Record<string, unknown>>

interface OnlineFeatures {
  readonly metadata: { readonly feature_names: readonly string[] }
  readonly results: readonly { readonly values: readonly unknown[]; readonly statuses: readonly string[] }[]
}

export class Feast {
  static readonly version = VERSION
  static readonly python = program('python')
  readonly version = VERSION
  readonly port: number
  readonly #server: ChildProcess

  private constructor(server: ChildProcess, port: number) {
    this.#server = server
    this.port = port
  }

  /** Throws `MissingPeerError` if it is not installed. */
  static checkThere(): void {
    if (!existsSync(program('feast'))) throw new MissingPeerError('feast', 'npm run peers -- feast')
  }

  /** Writes a store of the rows, each with its key as `item`, in a folder, and serves it: one process without logging and restarts. */
  static async start(folder: string, rows: readonly Row[]): Promise<Feast> {
    mkdirSync(folder, { recursive: true })
    const values = join(folder, 'values.ndjson')
    writeFileSync(values, rows.map(row => JSON.stringify(row)).join('\n'))
    const filled = spawnSync(program('python'), [fileURLToPath(new URL('feast-store.py', import.meta.url)), folder, values], {
      encoding: 'utf8',
    })
    if (filled.status !== 0) throw new Error(`the store of Feast could not be made: ${filled.stderr || filled.error?.message}`)
    const port = await freePort()
    const options = ['--port', String(port), '--no-access-log', '--workers', '1', '--max-requests', '0']
    const server = spawn(program('feast'), ['-c', folder, 'serve', ...options], { stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    server.stderr.on('data', text => (stderr = `${stderr}${text}`.slice(-2000)))
    for (let waited = 0; waited < START_MS_MAX && server.exitCode === null; waited += LOOK_EVERY_MS) {
      await pause(LOOK_EVERY_MS)
      if (await isReady(port)) return new Feast(server, port)
    }
    server.kill()
    throw new Error(`Feast does not start: ${stderr}`)
  }

  /** A request for all features of a key. */
  static requestFor(key: string): Buffer {
    return postOf('/get-online-features', JSON.stringify({ feature_service: SERVICE, entities: { item: [key] } }))
  }

  static rowOf(answer: unknown): Row {
    const { metadata, results } = answer as OnlineFeatures
    return Object.fromEntries(metadata.feature_names.map((name, i) => [name, results[i].values[0]]))
  }

  async stop(): Promise<void> {
    if (this.#server.exitCode !== null) return
    const ended = new Promise(resolve => this.#server.once('exit', resolve))
    this.#server.kill()
    await ended
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

async function isReady(port: number): Promise<boolean> {
  try {
    const wire = await Wire.open(port)
    const { status } = await wire.ask(getOf('/health'))
    wire.close()
    return status === 200
  } catch {
    return false
  }
}
