/**
 * A PostgreSQL of this checkout's own: a cluster in an ignored folder, served on a Unix socket for as long as a bench runs.
 *
 * The server refuses to run as root; then it runs, and owns its folder, as the user that its package made.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chownSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { pause } from '../../src/base/clock.ts'
import { PeerMissing } from '../bench.ts'

const CLUSTER = '.peers/postgres'
const USER = 'spillway'
const START_MS_MAX = 30_000
const LOOK_EVERY_MS = 50

interface Owner {
  readonly uid?: number
  readonly gid?: number
}

/** Makes the cluster, if it is not there. Needs the server's programs. */
export function makeCluster(): void {
  const initdb = program('initdb')
  if (initdb === undefined) throw new Error('PostgreSQL has no initdb here')
  if (existsSync(join(CLUSTER, 'PG_VERSION'))) return
  mkdirSync(CLUSTER, { recursive: true })
  const owner = ownerOf()
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(CLUSTER, owner.uid, owner.gid)
  const made = spawnSync(initdb, ['-D', resolve(CLUSTER), '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C'], {
    ...owner,
    cwd: CLUSTER,
    encoding: 'utf8',
  })
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || made.error?.message}`)
}

export const hasServer = (): boolean => program('postgres') !== undefined && program('initdb') !== undefined

/** Where Debian puts the server's programs, the newest version's. */
const program = (name: string): string | undefined => globSync(`/usr/lib/postgresql/*/bin/${name}`).sort().at(-1)

/** Who the server runs as: whoever runs this, unless that is root. */
function ownerOf(): Owner {
  if (process.getuid?.() !== 0) return {}
  const idOf = (option: string) => Number(spawnSync('id', [option, 'postgres'], { encoding: 'utf8' }).stdout)
  return { uid: idOf('-u'), gid: idOf('-g') }
}

export class Postgres {
  readonly version: string
  readonly #server: ChildProcess
  readonly #sockets: string

  private constructor(server: ChildProcess, sockets: string, version: string) {
    this.#server = server
    this.#sockets = sockets
    this.version = version
  }

  /** Throws `PeerMissing` where there is no cluster. */
  static async start(): Promise<Postgres> {
    const server = program('postgres')
    if (server === undefined || !existsSync(join(CLUSTER, 'PG_VERSION'))) throw new PeerMissing('postgres', 'npm run peers -- postgres')
    const owner = ownerOf()
    const sockets = mkdtempSync(join(tmpdir(), 'spillway-pg-'))
    if (owner.uid !== undefined && owner.gid !== undefined) chownSync(sockets, owner.uid, owner.gid)
    const settings = { listen_addresses: '', unix_socket_directories: sockets, synchronous_commit: 'on', fsync: 'on' }
    const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const child = spawn(server, ['-D', resolve(CLUSTER), ...given], {
      ...owner,
      cwd: dirname(sockets),
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', text => (said = `${said}${text}`.slice(-2000)))
    const version = await versionOf(child, sockets, () => said)
    return new Postgres(child, sockets, version)
  }

  /** The server's first process, the parent of its others. */
  get pid(): number {
    return this.#server.pid!
  }

  /** Uses a client with so many connections, made when they are first needed. */
  async withClient<T>(connections: number, use: (client: Sql) => Promise<T>): Promise<T> {
    const client = clientOf(this.#sockets, connections)
    try {
      return await use(client)
    } finally {
      await client.end()
    }
  }

  /** Ends the server as its manual says: sessions are cut off, everything is on the disk. */
  async stop(): Promise<void> {
    const ended = new Promise(resolve => this.#server.once('exit', resolve))
    this.#server.kill('SIGINT')
    await ended
    rmSync(this.#sockets, { recursive: true, force: true })
  }
}

const clientOf = (sockets: string, max: number): Sql =>
  postgres({ host: sockets, username: USER, database: 'postgres', max, onnotice: () => {} })

/** Waits until the server answers. */
async function versionOf(server: ChildProcess, sockets: string, said: () => string): Promise<string> {
  for (let waited = 0; waited < START_MS_MAX && server.exitCode === null; waited += LOOK_EVERY_MS) {
    await pause(LOOK_EVERY_MS)
    if (!existsSync(join(sockets, '.s.PGSQL.5432'))) continue
    const client = clientOf(sockets, 1)
    try {
      const [{ version }] = await client<{ version: string }[]>`SELECT current_setting('server_version') AS version`
      return version
    } catch {
      // It is still starting.
    } finally {
      await client.end()
    }
  }
  server.kill('SIGINT')
  throw new Error(`PostgreSQL does not start: ${said()}`)
}
