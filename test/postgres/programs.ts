/**
 * The programs of a PostgreSQL server: Debian's, installed on this machine, or taken out of its packages into a folder.
 *
 * Taking them out needs no root and changes nothing of the machine: apt fetches what a server needs and is not installed, and the packages
 * are unpacked, not installed. The server finds its files beside its programs, wherever they are.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

const isRoot = process.getuid?.() === 0
/** Here the packages of a server are unpacked. For root the server runs as another user, who may not be able to look into this checkout. */
const UNPACKED = isRoot ? join(tmpdir(), 'spillway-postgres') : resolve('.peers/debian')
const FETCH_MS_MAX = 180_000
const UNPACK_MS_MAX = 60_000

export interface Programs {
  readonly postgres: string
  readonly initdb: string
  /** What they need of the environment. */
  readonly env: Readonly<Record<string, string>>
}

/** The newest server that is here, if any is. */
export function serverPrograms(): Programs | undefined {
  for (const root of ['/', ...(isOurs(UNPACKED) ? [UNPACKED] : [])]) {
    const folder = globSync(join(root, 'usr/lib/postgresql/*/bin'))
      .filter(bin => existsSync(join(bin, 'postgres')) && existsSync(join(bin, 'initdb')))
      .sort()
      .at(-1)
    if (folder === undefined) continue
    const libraries = root === '/' ? [] : globSync(join(root, '{usr/,}lib/*-linux-gnu*'))
    return {
      postgres: join(folder, 'postgres'),
      initdb: join(folder, 'initdb'),
      env: libraries.length > 0 ? { LD_LIBRARY_PATH: libraries.join(':') } : {},
    }
  }
  return undefined
}

/** Nobody else has put there what this is going to run. */
const isOurs = (folder: string): boolean => existsSync(folder) && statSync(folder).uid === process.getuid?.()

/** Brings a server here, unless there is one. Throws, saying why, where that cannot be: no Debian, no network. Bounded in time. */
export function bringServer(): void {
  if (serverPrograms()) return
  if (existsSync(UNPACKED) && !isOurs(UNPACKED)) throw new Error(`${UNPACKED} is another user's`)
  mkdirSync(dirname(UNPACKED), { recursive: true })
  const fetched = mkdtempSync(`${UNPACKED}-`)
  mkdirSync(join(fetched, 'partial'))
  try {
    // apt's own list of packages may be missing, which only root can fetch; where it is there, this need not work.
    if (isRoot) spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', timeout: FETCH_MS_MAX })
    const options = [`Dir::Cache::archives=${fetched}`, 'Debug::NoLocking=1', 'APT::Sandbox::User=root', 'Acquire::Retries=2']
    command('apt-get', [
      'install',
      '-y',
      '-qq',
      '--download-only',
      '--no-install-recommends',
      ...options.flatMap(o => ['-o', o]),
      'postgresql',
    ])
    const packages = globSync(join(fetched, '*.deb'))
    const partial = join(fetched, 'unpacked')
    for (const file of packages) command('dpkg-deb', ['-x', file, partial], UNPACK_MS_MAX)
    rmSync(UNPACKED, { recursive: true, force: true })
    renameSync(partial, UNPACKED)
  } finally {
    rmSync(fetched, { recursive: true, force: true })
  }
  if (!serverPrograms()) throw new Error(`the packages of postgresql have no server for this machine`)
}

function command(name: string, args: readonly string[], timeout = FETCH_MS_MAX): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, error, stderr } = spawnSync(name, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', timeout, env })
  if (status !== 0) throw new Error(`${name} failed: ${error?.message ?? stderr.trim().split('\n').at(-1)}`)
}
