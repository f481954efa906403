/**
 * Programs out of Debian's packages, unpacked into a folder and not installed: it needs no root and changes nothing of the machine. apt fetches what the packages
 * need and is not installed.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

const isRoot = process.getuid?.() === 0
const FETCH_MS_MAX = 180_000
const UNPACK_MS_MAX = 60_000

/** Nobody else has put there what this is going to run. */
export const isOurs = (folder: string): boolean => existsSync(folder) && statSync(folder).uid === process.getuid?.()

/** What programs below `root` need of the environment to find their libraries, some of them in folders of their own; nothing where they are installed. */
export function librariesOf(root: string, ...folders: readonly string[]): Readonly<Record<string, string>> {
  const libraries = root === '/' ? [] : ['', ...folders].flatMap(folder => globSync(join(root, '{usr/,}lib/*-linux-gnu*', folder)))
  return libraries.length > 0 ? { LD_LIBRARY_PATH: libraries.join(':') } : {}
}

/** Unpacks packages into `folder`, in the place of what was there. Throws, saying why, where that cannot be: no Debian, no network. Bounded in time. */
export function unpackPackages(names: readonly string[], folder: string): void {
  if (existsSync(folder) && !isOurs(folder)) throw new Error(`${folder} is another user's`)
  mkdirSync(dirname(folder), { recursive: true })
  const fetched = mkdtempSync(`${folder}-`)
  mkdirSync(join(fetched, 'partial'))
  try {
    // apt's own list of packages may be missing, which only root can fetch; where it is there, this need not work.
    if (isRoot) spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', timeout: FETCH_MS_MAX })
    const options = [`Dir::Cache::archives=${fetched}`, 'Debug::NoLocking=1', 'APT::Sandbox::User=root', 'Acquire::Retries=2']
    command('apt-get', ['install', '-y', '-qq', '--download-only', '--no-install-recommends', ...options.flatMap(o => ['-o', o]), ...names])
    const partial = join(fetched, 'unpacked')
    for (const file of globSync(join(fetched, '*.deb'))) command('dpkg-deb', ['-x', file, partial], UNPACK_MS_MAX)
    rmSync(folder, { recursive: true, force: true })
    renameSync(partial, folder)
  } finally {
    rmSync(fetched, { recursive: true, force: true })
  }
}

function command(name: string, args: readonly string[], timeout = FETCH_MS_MAX): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, error, stderr } = spawnSync(name, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', timeout, env })
  if (status !== 0) throw new Error(`${name} failed: ${error?.message ?? stderr.trim().split('\n').at(-1)}`)
}
