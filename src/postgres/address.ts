/**
 * A table as it is named on the command line: `pg:outbox?payload=body`, or `pg-changes:orders?slot=orders`. Where the database is stands in the
 * environment.
 */
import { SpillwayError } from '../base/errors.ts'
import { didYouMean } from '../base/did-you-mean.ts'
import type { OutboxColumns } from './outbox-table.ts'

export interface OutboxAddress {
  readonly kind: 'outbox'
  readonly table: string
  /** The variable that holds the address of the database. */
  readonly variable: string | undefined
  readonly columns: OutboxColumns
  readonly moved: boolean
}

const form = /^pg:([^?]+)(?:\?(.*))?$/

export const isPostgres = (text: string): boolean => text.startsWith('pg:')

/** Throws `SPILL_INPUT` for an option that there is not, or a value that it does not take. */
export function postgresAddress(text: string): OutboxAddress {
  const [, table, query = ''] = form.exec(text) ?? []
  if (table === undefined) throw new SpillwayError('SPILL_INPUT', `names no table: write pg:outbox`, { place: text })
  const given = optionsOf(text, query, ['db', 'id', 'xid', 'payload', 'moved'])
  const columns = { id: given.get('id') ?? 'id', xid: given.get('xid') ?? 'xid', payload: given.get('payload') }
  return { kind: 'outbox', table, variable: given.get('db'), columns, moved: isTrue(text, 'moved', given.get('moved')) }
}

function optionsOf(place: string, query: string, known: readonly string[]): Map<string, string> {
  const options = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(query)) {
    if (!known.includes(name)) throw new SpillwayError('SPILL_INPUT', `has no option '${name}'${didYouMean(name, known)}`, { place })
    options.set(name, value)
  }
  return options
}

function isTrue(place: string, name: string, value: string | undefined): boolean {
  if (value === undefined || value === 'false') return false
  if (value === 'true') return true
  throw new SpillwayError('SPILL_INPUT', `has ${name}=${value}; it is true or false`, { place })
}
