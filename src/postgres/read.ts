/** A table as a source of a run, by its address (`address.ts`): what the command line asks for. */
import type { SourceIR } from '../define/ir.ts'
import { postgresAddress } from './address.ts'
import type { Fed } from './feeding.ts'
import { outboxPlace, readOutbox } from './outbox.ts'
import { databaseOf } from './settings.ts'

export interface ReadPostgresOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Go on at the end, until the signal. */
  readonly follow: boolean
  readonly onWarning: (warning: string) => void
}

/** Gives rows to a source of a run, from where it was read up to before. Resolves when all of them are durable. Throws as `readOutbox` does. */
export function readPostgres(
  run: Fed,
  source: SourceIR,
  address: string,
  { env, follow, onWarning }: ReadPostgresOptions,
  signal: AbortSignal,
): Promise<void> {
  const { variable, table, columns, moved } = postgresAddress(address)
  return readOutbox(run, source, { database: databaseOf(env, variable), table, columns, moved, follow, onWarning }, signal)
}

/** Where a table will be read from, in words. */
export function postgresPlace(run: Fed, source: string, address: string): string {
  const { table } = postgresAddress(address)
  return `${source}: ${outboxPlace(run, source, table)}`
}
