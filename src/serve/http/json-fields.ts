/** The fields of a body that is JSON and no record. */
import { ServeError } from './serve-error.ts'

/** Throws 400 for a field that would be left out: a client that asks for a past moment shall not be told of this one. */
export function checkFields(given: object, names: readonly string[]): void {
  const other = Object.keys(given).find(name => !names.includes(name))
  if (other !== undefined)
    throw new ServeError('SPILL_INPUT', `there is no field '${other}' here; there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`)
}
