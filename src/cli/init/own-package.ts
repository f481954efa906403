/** The `spillway` dependency of a generated project: the tarball or folder of this installation, or the version of the registry. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The dependency on this installation of Spillway. */
export interface OwnPackage {
  /** The dependency in `package.json`: `file:../spillway-0.1.0.tgz`, `^0.1.0`. */
  readonly spec: string
  /** A description of `spec` for the user. */
  readonly description: string
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * The dependency of a project in `folder`: the tarball of this installation if npm recorded it and it exists, the version if npm recorded a
 * registry, otherwise the package's folder.
 */
export function ownPackage(folder: string, root: string = ROOT): OwnPackage {
  const packageFolder = resolve(root)
  const { resolved = '', version = '' } = installedEntry(packageFolder)
  // A registry has its tarballs in a folder that is called '-'.
  if (/^https?:/.test(resolved))
    return { spec: resolved.includes('/-/') ? `^${version}` : resolved, description: 'the version of this command' }
  const tarball = tarballOf(packageFolder, resolved)
  const spec = `file:${relative(resolve(folder), tarball ?? packageFolder)}`
  if (tarball !== undefined) return { spec, description: 'the tarball that this command was installed from: no registry has it yet' }
  const built = existsSync(join(packageFolder, 'dist'))
  return { spec, description: `the folder of this command${built ? '' : '; run npm run build in it first'}: no registry has it yet` }
}

interface LockEntry {
  readonly resolved?: string
  readonly version?: string
}

/** The record of npm in `node_modules`; empty for an installation by other means. */
function installedEntry(root: string): LockEntry {
  const modules = dirname(root)
  if (basename(modules) !== 'node_modules') return {}
  try {
    const lock = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')) as { packages?: Readonly<Record<string, LockEntry>> }
    return lock.packages?.[`node_modules/${basename(root)}`] ?? {}
  } catch {
    return {}
  }
}

/** The recorded tarball, if it exists. */
function tarballOf(root: string, recorded: string): string | undefined {
  if (!recorded.startsWith('file:')) return undefined
  const path = resolve(dirname(dirname(root)), recorded.slice('file:'.length))
  return /\.t(?:ar\.)?gz$/.test(path) && existsSync(path) ? path : undefined
}
