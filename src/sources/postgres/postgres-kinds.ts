/** The readers of PostgreSQL tables by address: `pg:outbox` for an outbox, `pg-changes:orders` for the changes of a table. */
import type { ReaderKind, ReaderSetting } from '../reader/reader-kind.ts'
import type { SourceReader } from '../reader/source-reader.ts'
import { postgresAddress } from './address.ts'
import { TableChangesReader } from './changes-reader.ts'
import { outboxReader } from './outbox-reader.ts'
import { databaseSettings } from './settings.ts'

/** Throws `SPILL_INPUT` for a mistake in the address, and for a database whose address is not set. */
function openTable(text: string, { source, map, env, data }: ReaderSetting): SourceReader {
  const address = postgresAddress(source.name, text)
  const database = databaseSettings(env, address.variable)
  return address.kind === 'outbox'
    ? outboxReader(source, { ...address, database })
    : new TableChangesReader(source, { ...address, database, folder: data, map })
}

/** The kinds `pg` and `pg-changes`. */
export const postgresKinds: readonly ReaderKind[] = [
  { scheme: 'pg', open: openTable },
  { scheme: 'pg-changes', open: openTable },
]
