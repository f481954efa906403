/** Reads a table as a source of a run, by its address on the command line (`address.ts`). */
import type { SourceIR } from '../define/ir/ir.ts'
import type { RowMap } from '../intake/mapping.ts'
import { postgresAddress } from './address.ts'
import { changesPlace, readChanges } from './changes.ts'
import type { Fed } from './feeding.ts'
import { outboxPlace, readOutbox } from './outbox.ts'
import { databaseOf } from './settings.ts'

export interface ReadPostgresOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Data folder of the run. */
  readonly folder: string
  /** Wait for more rows at the end, until the signal. */
  readonly follow: boolean
  readonly map?: RowMap | undefined
  readonly onWarning: (warning: string) => void
}

/**
 * Submits rows to a source of a run, from its saved position on. Resolves when all of them are durable. Throws as `readOutbox` and
 * `readTableChanges` do.
 */
export function readPostgres(run: Fed, source: SourceIR, text: string, options: ReadPostgresOptions, signal: AbortSignal): Promise<void> {
  const { env, folder, follow, map, onWarning } = options
  const address = postgresAddress(source.name, text)
  const shared = { database: databaseOf(env, address.variable), follow, onWarning }
  return address.kind === 'outbox'
    ? readOutbox(run, source, { ...address, ...shared }, signal)
    : readChanges(run, source, { ...address, ...shared, folder, map }, signal)
}

/** Description of the position where reading a table will start. */
export function postgresPlace(run: Fed, source: string, text: string): string {
  const address = postgresAddress(source, text)
  return `${source}: ${address.kind === 'outbox' ? outboxPlace(run, source, address.table) : changesPlace(run, source, address)}`
}
