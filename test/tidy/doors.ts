/**
 * Rooms have doors: a file imports from another room only through an `index.ts` of that room, and an `index.ts` exports only names that
 * files outside of its folder import.
 *
 * The entry points of the package (`src/index.ts` and `src/public/`) are doors themselves, and name the files that declare what they
 * export. Tests, benches and scripts may import any file.
 */
import { posix } from 'node:path'
import { isTest, roomOf } from '../sources/files.ts'
import type { ImportedName, Module } from '../sources/syntax.ts'

/** Imports past a door, each with the reason. */
export const pastDoors: Readonly<Record<string, string>> = {
  'src/cli/bin.ts imports src/base/node-version.ts': 'it checks the version of Node before it loads a file that needs a newer one',
}

const isDoor = (path: string): boolean => posix.basename(path) === 'index.ts'
const isEntryPoint = (path: string): boolean => path === 'src/index.ts' || path.startsWith('src/public/')
const isLibrary = ({ path }: Module): boolean => roomOf(path) !== undefined && !isTest(path)

/** Imports of names from a file of another room that is no door. An import for its side effect names nothing. */
export function importsPastDoors(modules: readonly Module[], allowed: Readonly<Record<string, string>> = pastDoors): string[] {
  return modules
    .filter(module => isLibrary(module) && !isEntryPoint(module.path))
    .flatMap(({ path, names }) => [
      ...new Set(
        names
          .filter(name => roomOf(name.path) !== roomOf(path) && !isDoor(name.path))
          .map(name => `${path} imports ${name.path}`)
          .filter(fault => !Object.hasOwn(allowed, fault)),
      ),
    ])
}

/** Names that a door exports and no file of the library outside of its folder imports. */
export function unusedDoorNames(modules: readonly Module[]): string[] {
  const used = new Set(
    modules
      .filter(isLibrary)
      .flatMap(({ path, names }) =>
        names.filter(name => isDoor(name.path) && isOutside(path, name.path)).map(name => `${name.path} ${name.name ?? '*'}`),
      ),
  )
  return modules
    .filter(module => isLibrary(module) && isDoor(module.path) && !isEntryPoint(module.path))
    .flatMap(({ path, names }) =>
      used.has(`${path} *`)
        ? []
        : names
            .filter(({ exportedAs }) => exportedAs !== undefined && !used.has(`${path} ${exportedAs}`))
            .map(({ exportedAs }) => `${path} exports ${exportedAs}, which no other room imports`),
    )
}

const isOutside = (path: string, door: string): boolean => !path.startsWith(`${posix.dirname(door)}/`)

/** The modules with the imports of a name from a door replaced by the file that declares the name. */
export function withoutDoors(modules: readonly Module[]): Module[] {
  const byPath = new Map(modules.map(module => [module.path, module]))
  const declaredIn = ({ path, name }: ImportedName): readonly string[] => {
    const exports =
      isDoor(path) && !isEntryPoint(path) && name !== undefined
        ? byPath.get(path)?.names.filter(({ exportedAs }) => exportedAs === name)
        : undefined
    return exports && exports.length > 0 ? exports.flatMap(declaredIn) : [path]
  }
  return modules.map(module => ({
    ...module,
    imports: isDoor(module.path)
      ? []
      : [...new Set([...module.imports.filter(path => !isDoor(path)), ...module.names.flatMap(declaredIn)])],
  }))
}
