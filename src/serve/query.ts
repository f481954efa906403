/** What stands behind the `?` of an address. A parameter that a route does not have is refused: who asks for a past moment shall not be told of this one. */
import { didYouMean } from '../base/did-you-mean.ts'
import { ServeError } from './serve-error.ts'

export type Query = Readonly<Record<string, string | string[]>>

/** A request as Fastify types it: the one parameter of its path, and what stands behind the `?`. */
export interface Asked<Name extends string> {
  readonly Params: Readonly<Record<Name, string>>
  readonly Querystring: Query
}

/** Throws 400 for a parameter that is none of `names`. */
export function checkQuery(query: Query, names: readonly string[]): void {
  const other = Object.keys(query).find(name => !names.includes(name))
  if (other !== undefined) throw new ServeError('SPILL_INPUT', `there is no parameter ?${other}=${didYouMean(other, names)}`)
}

/** Each parameter once, and those of `names` alone. Throws 400. */
export function single<Name extends string>(query: Query, names: readonly Name[]): Readonly<Partial<Record<Name, string>>> {
  checkQuery(query, names)
  for (const [name, value] of Object.entries(query))
    if (Array.isArray(value)) throw new ServeError('SPILL_INPUT', `?${name}= is given ${value.length} times; give it once`)
  return query as Readonly<Partial<Record<Name, string>>>
}

/** Throws 400. */
export function wholeNumber(name: string, text: string, max: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  if (value >= 1 && value <= max) return value
  throw new ServeError('SPILL_INPUT', `?${name}=${text} must be a whole number from 1 to ${max}`)
}
