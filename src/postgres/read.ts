/** A table as a source of a run, by its address (`address.ts`): what the command line asks for. */
import type { SourceIR } from '../define/ir/ir.ts'
import type { RowMap } from '../intake/mapping.ts'
import { postgresAddress } from './address.ts'
import { changesPlace, readChanges } from './changes.ts'
import type { Fed } from './feeding.ts'
import { outboxPlace, readOutbox } from './outbox.ts'
import { databaseOf } from './settings.ts'

export interface ReadPostgresOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The data folder of the run. */
  readonly folder: string
  /** Go on at the end, until the signal. */
  readonly follow: boolean
  readonly map?: RowMap | undefined
  readonly onWarning: (warning: string) => void
}

/** Gives rows to a source of a run, from where it was read up to before. Resolves when all of them are durable. Throws as `readOutbox` and `readChanges` do. */
export function readPostgres(run: Fed, source: SourceIR, text: string, options: ReadPostgresOptions, signal: AbortSignal): Promise<void> {
  const { env, folder, follow, map, onWarning } = options
  const address = postgresAddress(source.name, text)
  const shared = { database: databaseOf(env, address.variable), follow, onWarning }
  return address.kind === 'outbox'
    ? readOutbox(run, source, { ...address, ...shared }, signal)
    : readChanges(run, source, { ...address, ...shared, folder, map }, signal)
}

/** Where a table will be read from, in words. */
export function postgresPlace(run: Fed, source: string, text: string): string {
  const address = postgresAddress(source, text)
  return `${source}: ${address.kind === 'outbox' ? outboxPlace(run, source, address.table) : changesPlace(run, source, address)}`
}
