/**
 * Faults in the reading of PostgreSQL tables, one each, to show that killed processes, lost connections and crashed servers detect them.
 */
import type { Edit } from '../faults/edit.ts'

const feeding = 'src/sources/reader/source-feed.ts'
const submit = 'this.#run.submit(this.#source, batch, namedPosition)'
const alone = 'this.#run.submit(this.#source, { ...batch, records: [], undecodable: [] }, namedPosition)'

export const tableFaults: Readonly<Record<string, Edit>> = {
  'the server is told before the commit that changes are durable': {
    path: feeding,
    was: 'await receipt\n    } catch',
    is: 'if (position !== undefined) this.#reader.onCommitted?.(position, partition)\n      await receipt\n    } catch',
  },
  'the place is committed after its rows, apart from them': {
    path: feeding,
    was: submit,
    is: `this.#run.submit(this.#source, batch).then(() => ${alone})`,
  },
  'the place is committed before its rows, apart from them': {
    path: feeding,
    was: submit,
    is: `${alone}.then(() => this.#run.submit(this.#source, batch))`,
  },
  'a slot that vanished is made again without a word': {
    path: 'src/sources/postgres/changes-reader.ts',
    was: 'else await checkSlot(sql, options.slot, position.lsn)',
    is: 'else await sql`SELECT pg_create_logical_replication_slot(${options.slot}, ${"pgoutput"}) WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = ${options.slot})`',
  },
  'an outbox is read on behind transactions that are under way': {
    path: 'src/sources/postgres/outbox-table.ts',
    was: ' AND ${quotedName(xid)} < pg_snapshot_xmin(pg_current_snapshot())',
    is: '',
  },
  'after a lost connection rows are read on from what was durable then': {
    path: 'src/sources/postgres/outbox-reader.ts',
    was: 'await context.whenCommitted()\n          yield* readWithClient',
    is: 'yield* readWithClient',
  },
  'of a transaction that was read in part the changes that were read are not left out': {
    path: 'src/sources/postgres/follow-changes.ts',
    was: 'return commit === this.#resumedAt.commit ? this.#resumedAt.changes : 0',
    is: 'return 0',
  },
}
