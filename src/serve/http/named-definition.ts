/** What a path or a body names, found in the pipeline. */
import { didYouMean } from '../../base/did-you-mean.ts'
import { ServeError } from './serve-error.ts'

/** Finds by name, in one look. Throws 404 with what is nearest to it. */
export function finder<T extends { readonly name: string }>(kind: string, all: readonly T[]): (name: string) => T {
  const named = new Map(all.map(each => [each.name, each]))
  return name => {
    const found = named.get(name)
    if (found) return found
    throw new ServeError('SPILL_NOT_FOUND', `there is no ${kind} '${name}'${didYouMean(name, [...named.keys()])}`)
  }
}
