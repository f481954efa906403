/** Reads a table as a source of a run, by its address on the command line (`address.ts`). */
import type { SourceIR } from '../define/ir/ir.ts'
import type { RowMap } from '../intake/row-map.ts'
import { postgresAddress } from './address.ts'
import { changesPositionText, readTableChanges } from './changes.ts'
import type { FeedTarget } from './run-feed.ts'
import { outboxPositionText, readOutbox } from './outbox.ts'
import { databaseSettings } from './settings.ts'

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
export function readPostgres(
  run: FeedTarget,
  source: SourceIR,
  text: string,
  options: ReadPostgresOptions,
  signal: AbortSignal,
): Promise<void> {
  const { env, folder, follow, map, onWarning } = options
  const address = postgresAddress(source.name, text)
  const shared = { database: databaseSettings(env, address.variable), follow, onWarning }
  return address.kind === 'outbox'
    ? readOutbox(run, source, { ...address, ...shared }, signal)
    : readTableChanges(run, source, { ...address, ...shared, folder, map }, signal)
}

/** Description of the position where reading a table will start. */
export function postgresPositionText(run: FeedTarget, source: string, text: string): string {
  const address = postgresAddress(source, text)
  return `${source}: ${address.kind === 'outbox' ? outboxPositionText(run, source, address.table) : changesPositionText(run, source, address)}`
}
