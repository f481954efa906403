/**
 * A separate PostgreSQL cluster: a folder, and a server for it on a Unix socket.
 *
 * The server rejects to run as root; it then runs, and owns its folder, as an unprivileged user.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { pause } from '../../src/base/clock.ts'
import { serverPrograms } from './programs.ts'

export const USER = 'spillway'
const START_MS_MAX = 30_000
const LOOK_EVERY_MS = 20

interface Owner {
  readonly uid?: number
  readonly gid?: number
}

/** Creates a cluster in a folder, unless one exists. Throws without server programs, and if it fails. */
export function makeCluster(folder: string): void {
  if (existsSync(join(folder, 'PG_VERSION'))) return
  const programs = serverPrograms()
  if (programs === undefined) throw new Error('PostgreSQL has no server here')
  mkdirSync(folder, { recursive: true })
  const owner = unprivileged()
  give(folder, owner)
  const initdb = spawnSync(programs.initdb, ['-D', resolve(folder), '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'], {
    ...owner,
    cwd: folder,
    env: { ...process.env, ...programs.env },
    encoding: 'utf8',
  })
  if (initdb.status !== 0) throw new Error(`initdb failed: ${initdb.stderr || initdb.error?.message}`)
}

/** The user of the server: the current one, unless that is root. */
function unprivileged(): Owner {
  if (process.getuid?.() !== 0) return {}
  const idOf = (option: string, user: string) => Number(spawnSync('id', [option, user], { encoding: 'utf8' }).stdout || NaN)
  const user = Number.isInteger(idOf('-u', 'postgres')) ? 'postgres' : 'nobody'
  return { uid: idOf('-u', user), gid: idOf('-g', user) }
}

function give(folder: string, { uid, gid }: Owner): void {
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid)
}

/** The server of a cluster while it runs. */
export class Cluster {
  readonly folder: string
  /** Folder of its socket, which a client uses as host. */
  readonly host: string
  #server: ChildProcess
  readonly #settings: Readonly<Record<string, string>>
  #output = ''

  private constructor(folder: string, settings: Readonly<Record<string, string>>) {
    this.folder = resolve(folder)
    this.#settings = settings
    this.host = mkdtempSync(join(tmpdir(), 'spillway-pg-'))
    give(this.host, ownerOf(folder))
    this.#server = this.#spawn()
  }

  /** Starts the server of a cluster, and resolves when it answers. */
  static async start(folder: string, settings: Readonly<Record<string, string>> = {}): Promise<Cluster> {
    const cluster = new Cluster(folder, settings)
    await cluster.#answers()
    return cluster
  }

  /** The server's first process, the parent of its others. */
  get pid(): number {
    return this.#server.pid!
  }

  /** Uses a client with this many connections, opened on first use. */
  async withClient<T>(connections: number, use: (client: Sql) => Promise<T>): Promise<T> {
    const client = this.client(connections)
    try {
      return await use(client)
    } finally {
      await client.end()
    }
  }

  /** A client, which the caller ends. */
  client(max = 1): Sql {
    return postgres({ host: this.host, username: USER, database: 'postgres', max, onnotice: () => {} })
  }

  /** Stops the server by a signal of its manual: `SIGINT` cuts sessions off and flushes everything, `SIGQUIT` is like a crash. */
  async end(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    if (this.#server.exitCode !== null || this.#server.signalCode !== null) return
    const ended = new Promise(resolve => this.#server.once('exit', resolve))
    this.#server.kill(signal)
    await ended
  }

  /** Starts it again after its end, on the same socket. */
  async begin(): Promise<void> {
    this.#server = this.#spawn()
    await this.#answers()
  }

  /** Stops the server for good, and removes its socket. */
  async stop(): Promise<void> {
    await this.end()
    rmSync(this.host, { recursive: true, force: true })
  }

  #spawn(): ChildProcess {
    const { postgres: program, env } = serverPrograms()!
    const settings = { listen_addresses: '', unix_socket_directories: this.host, timezone: 'GMT', jit: 'off', ...this.#settings }
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const child = spawn(program, ['-D', this.folder, ...flags], {
      ...ownerOf(this.folder),
      cwd: dirname(this.host),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child.stderr.on('data', text => (this.#output = `${this.#output}${text}`.slice(-2000)))
    return child
  }

  /** Waits until the server answers. */
  async #answers(): Promise<void> {
    for (let waited = 0; waited < START_MS_MAX && this.#server.exitCode === null; waited += LOOK_EVERY_MS) {
      await pause(LOOK_EVERY_MS)
      if (!existsSync(join(this.host, '.s.PGSQL.5432'))) continue
      try {
        await this.withClient(1, client => client`SELECT 1`)
        return
      } catch {
        // It is still starting.
      }
    }
    this.#server.kill('SIGINT')
    throw new Error(`PostgreSQL does not start: ${this.#output}`)
  }
}

/** The server runs as the owner of its folder, who created it. */
function ownerOf(folder: string): Owner {
  if (process.getuid?.() !== 0) return {}
  const { uid, gid } = statSync(folder)
  return { uid, gid }
}
