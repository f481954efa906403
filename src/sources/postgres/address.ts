/**
 * Parses the address of a table on the command line: `pg:outbox?payload=body`, or `pg-changes:orders?slot=orders`. The environment holds
 * the address of the database.
 */
import { SpillwayError, didYouMean } from '../../base/index.ts'
import type { OutboxColumns } from './outbox-table.ts'

interface Address {
  readonly table: string
  /** Environment variable with the address of the database. */
  readonly variable: string | undefined
}

export interface OutboxAddress extends Address {
  readonly kind: 'outbox'
  readonly columns: OutboxColumns
  readonly moved: boolean
}

export interface ChangesAddress extends Address {
  readonly kind: 'changes'
  readonly slot: string
  readonly publication: string
  readonly copy: boolean
}

const addressPattern = /^pg(-changes)?:([^?]+)(?:\?(.*))?$/

export const isPostgresAddress = (text: string): boolean => /^pg(-changes)?:/.test(text)

/** Parses the address of a table for a source. Throws `SPILL_INPUT` for an unknown option or an invalid value. */
export function postgresAddress(source: string, text: string): OutboxAddress | ChangesAddress {
  const [, changes, table, query = ''] = addressPattern.exec(text) ?? []
  if (table === undefined) throw new SpillwayError('SPILL_INPUT', 'names no table: write pg:outbox or pg-changes:orders', { place: text })
  const options = new Options(text, query, changes ? ['db', 'slot', 'publication', 'copy'] : ['db', 'id', 'xid', 'payload', 'moved'])
  const variable = options.text('db')
  if (!changes) {
    const columns = { id: options.text('id') ?? 'id', xid: options.text('xid') ?? 'xid', payload: options.text('payload') }
    return { kind: 'outbox', table, variable, columns, moved: options.flag('moved', false) }
  }
  const slot = options.name('slot') ?? `spillway_${source.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_')}`.slice(0, 63)
  return { kind: 'changes', table, variable, slot, publication: options.name('publication') ?? slot, copy: options.flag('copy', true) }
}

class Options {
  readonly #place: string
  readonly #values = new Map<string, string>()

  constructor(place: string, query: string, allowed: readonly string[]) {
    this.#place = place
    for (const [name, value] of new URLSearchParams(query)) {
      if (!allowed.includes(name)) this.#reject(`has no option '${name}'${didYouMean(name, allowed)}`)
      this.#values.set(name, value)
    }
  }

  text(name: string): string | undefined {
    return this.#values.get(name)
  }

  /** The value of an option that must be a name without need of quotes. */
  name(name: string): string | undefined {
    const value = this.text(name)
    if (value !== undefined && !/^[a-z0-9_]{1,63}$/.test(value))
      this.#reject(`has ${name}=${value}; its name is of small letters, digits and _`)
    return value
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.text(name) ?? String(fallback)
    if (value !== 'true' && value !== 'false') this.#reject(`has ${name}=${value}; it is true or false`)
    return value === 'true'
  }

  #reject(problem: string): never {
    throw new SpillwayError('SPILL_INPUT', problem, { place: this.#place })
  }
}
