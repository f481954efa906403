/**
 * Programs of Debian packages, unpacked into a folder without installation: needs no root and changes nothing on the machine. apt downloads
 * the packages and their dependencies.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

const isRoot = process.getuid?.() === 0
const FETCH_MS_MAX = 180_000
const UNPACK_MS_MAX = 60_000

/** Only this user can have put programs there. */
export const isOurs = (folder: string): boolean => existsSync(folder) && statSync(folder).uid === process.getuid?.()

/**
 * Environment variables with which programs below `root` find their libraries, some of them in separate folders; empty for installed
 * programs.
 */
export function librariesOf(root: string, ...folders: readonly string[]): Readonly<Record<string, string>> {
  const libraries = root === '/' ? [] : ['', ...folders].flatMap(folder => globSync(join(root, '{usr/,}lib/*-linux-gnu*', folder)))
  return libraries.length > 0 ? { LD_LIBRARY_PATH: libraries.join(':') } : {}
}

/**
 * Unpacks packages into `folder`, in place of its contents. Throws with the reason if that is impossible: no Debian, no network. Bounded in
 * time.
 */
export function unpackPackages(names: readonly string[], folder: string): void {
  if (existsSync(folder) && !isOurs(folder)) throw new Error(`${folder} is another user's`)
  mkdirSync(dirname(folder), { recursive: true })
  const fetched = mkdtempSync(`${folder}-`)
  mkdirSync(join(fetched, 'partial'))
  try {
    // apt's list of packages may be missing, and only root can download it; if it exists, this need not work.
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
