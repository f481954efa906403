/** The `spillway` dependency of a generated project: a path to this installation, since no registry has the package yet. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The dependency on this installation of Spillway. */
export interface OwnPackage {
  /** The dependency in `package.json`: `file:../spillway-0.1.0.tgz`. */
  readonly spec: string
  /** A description of `spec` for the user. */
  readonly description: string
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** The tarball of this installation if npm recorded it and it exists, otherwise the package's folder. `folder` is the project's. */
export function ownPackage(folder: string, root: string = ROOT): OwnPackage {
  const packageFolder = resolve(root)
  const tarball = tarballOf(packageFolder)
  const spec = `file:${relative(resolve(folder), tarball ?? packageFolder)}`
  if (tarball !== undefined) return { spec, description: 'the tarball that this command was installed from' }
  const built = existsSync(join(packageFolder, 'dist'))
  return { spec, description: `the folder of this command${built ? '' : '; run npm run build in it first'}` }
}

interface Lock {
  readonly packages?: Readonly<Record<string, { readonly resolved?: string }>>
}

/** The tarball in npm's record in `node_modules`, if it exists. */
function tarballOf(root: string): string | undefined {
  const modules = dirname(root)
  if (basename(modules) !== 'node_modules') return undefined
  let resolved: string | undefined
  try {
    const lock = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')) as Lock
    resolved = lock.packages?.[`node_modules/${basename(root)}`]?.resolved
  } catch {
    return undefined
  }
  if (!resolved?.startsWith('file:')) return undefined
  const path = resolve(dirname(modules), resolved.slice('file:'.length))
  return /\.t(?:ar\.)?gz$/.test(path) && existsSync(path) ? path : undefined
}
