/**
 * The readers of tables by address: `pg:outbox?payload=body` for an outbox, `pg-changes:orders?slot=orders` for the changes of a table. The
 * environment holds the address of the database.
 */
import { SpillwayError, didYouMean } from '../../base/index.ts'
import type { BuiltInKind } from '../reader/reader-kind.ts'
import { tableChangesReader } from './changes-reader.ts'
import { outboxReader } from './outbox-reader.ts'
import { databaseSettings } from './settings.ts'

/** The kinds `pg` and `pg-changes`. They throw `SPILL_INPUT` for a mistake in the address, and for a database whose address is not set. */
export const postgresKinds: readonly BuiltInKind[] = [
  {
    scheme: 'pg',
    form: 'pg:TABLE',
    description: 'an outbox in PostgreSQL',
    open(text, { source, env }) {
      const address = new TableAddress(text, ['db', 'id', 'xid', 'payload', 'moved'])
      const columns = { id: address.text('id') ?? 'id', xid: address.text('xid') ?? 'xid', payload: address.text('payload') }
      const moved = address.flag('moved', false)
      return outboxReader(source, { table: address.table, columns, moved, database: databaseSettings(env, address.text('db')) })
    },
  },
  {
    scheme: 'pg-changes',
    form: 'pg-changes:TABLE',
    description: 'the changes of a table in PostgreSQL',
    open(text, { source, map, env, data }) {
      const address = new TableAddress(text, ['db', 'slot', 'publication', 'copy'])
      const slot = address.name('slot') ?? `spillway_${source.name.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_')}`.slice(0, 63)
      const publication = address.name('publication') ?? slot
      const copy = address.flag('copy', true)
      const database = databaseSettings(env, address.text('db'))
      return tableChangesReader(source, { table: address.table, slot, publication, copy, database, folder: data, map })
    },
  },
]

/** The parsed address of a table. */
class TableAddress {
  readonly table: string
  readonly #place: string
  readonly #values = new Map<string, string>()

  /** Throws `SPILL_INPUT` for an address without a table, and for an unknown option. */
  constructor(address: string, allowed: readonly string[]) {
    this.#place = address
    const [, table, query = ''] = /^[^:]+:([^?]+)(?:\?(.*))?$/.exec(address) ?? []
    if (table === undefined) this.#reject('names no table: write pg:outbox or pg-changes:orders')
    this.table = table
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
