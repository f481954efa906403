/** Finds definitions of the pipeline by the names in paths and bodies. */
import { didYouMean } from '../../base/index.ts'
import { ServeError } from './serve-error.ts'

/** A lookup by name, in constant time. The lookup throws 404 for an unknown name, with the nearest known one. */
export function lookupByName<T extends { readonly name: string }>(kind: string, all: readonly T[]): (name: string) => T {
  const byName = new Map(all.map(definition => [definition.name, definition]))
  return name => {
    const definition = byName.get(name)
    if (definition) return definition
    throw new ServeError('SPILL_NOT_FOUND', `there is no ${kind} '${name}'${didYouMean(name, [...byName.keys()])}`)
  }
}
