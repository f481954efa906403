/**
 * Whether what was read is still what its name and its publication show. The server follows a table, not its name: where another one takes the name
 * (CREATE new, RENAME old, RENAME new), or the publication leaves the table, nothing comes any more and the slot moves on all the same, without an
 * error anywhere. So it is looked at when reading goes on, and from time to time while it does.
 */
import type { Sql } from 'postgres'
import { stopwatch } from '../base/clock.ts'
import { SpillwayError } from '../base/errors.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { lacking, type Publication } from './publication.ts'
import { noTable, readColumns, tableNamed, type Table } from './table.ts'

/** What was read. Folders of older versions do not say which table it was: then it is the one of that name. */
export interface Known {
  /** The server and database. */
  readonly origin: string
  readonly relation?: number
  /** The columns that the source reads, as they were there last; of a map, of which version. */
  readonly columns?: readonly string[] | undefined
  readonly mapVersion?: string
}

/** What is known of a table from now on, `kept` being what was before. Of another version of a map no columns are missed. */
export function knownOf(table: Table, source: SourceIR, kept: Known | undefined): Known {
  const { mapVersion } = source
  const columns =
    kept === undefined ? readColumns(table, source, source.deleted).columns.map(({ name }) => name) : columnsOf(kept, mapVersion)
  return { origin: table.origin, relation: table.oid, columns, ...(mapVersion !== undefined && { mapVersion }) }
}

const columnsOf = (kept: Known, mapVersion: string | undefined): readonly string[] | undefined =>
  kept.mapVersion === mapVersion ? kept.columns : undefined

export const HOW_TO_GO_ON =
  `. To go on, name a new slot (?slot=…): the table is then copied as it stands, or with copy=false its changes from then on are read; ` +
  `with an id or identity in the source, rows that were read before are told from new ones`

/** The table of a name. Throws `SPILL_INPUT` if there is none, `SPILL_SOURCE` if it is not the one that was read. */
export async function tableAsRead(sql: Sql, name: string, known: Known | undefined): Promise<Table> {
  const table = await tableNamed(sql, name)
  if (known === undefined) return table ?? noTable(name)
  const other = (what: string): never => {
    throw new SpillwayError('SPILL_SOURCE', what, { place: table?.name ?? name })
  }
  if (table && table.origin !== known.origin)
    other(`is of another database (${table.origin}) than the one that was read (${known.origin}); name a new slot to read it (?slot=…)`)
  if (known.relation === undefined || table?.oid === known.relation) return table ?? noTable(name)
  const [old] = await sql<{ name: string }[]>`
    SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = ${String(known.relation)}::oid`
  return other(
    `${table ? 'is another table than the one that was read' : 'is not there any more'}: that one ${old ? `is ${old.name} now` : 'was dropped'}, ` +
      `and changes of a table that takes its name are not sent${HOW_TO_GO_ON}`,
  )
}

/** Throws `SPILL_SOURCE` where the publication does not show all that the source needs of its table any more. */
export function checkShown(found: Publication | undefined, name: string, table: Table, source: SourceIR): void {
  const lack = found === undefined ? { what: 'is gone', fix: undefined } : lacking(found, name, table, source)
  if (lack === undefined) return
  throw new SpillwayError(
    'SPILL_SOURCE',
    `publication '${name}' ${lack.what}: what was changed meanwhile is not sent, not later either. ` +
      `${lack.fix === undefined ? 'A new slot makes it again' : `Mend it, ${lack.fix}, and start again if nothing was changed that is missed`}${HOW_TO_GO_ON}`,
    { place: table.name },
  )
}

/** Looks again from time to time, beside what is done meanwhile. */
export class Looks {
  readonly #look: () => Promise<unknown>
  readonly #everyMs: number
  #ended = stopwatch()
  #isLooking = false
  #failure: { readonly error: unknown } | undefined

  constructor(look: () => Promise<unknown>, everyMs: number) {
    this.#look = look
    this.#everyMs = everyMs
  }

  /** Looks if it is time to, and does not wait for what is seen: a lock may hold it up, and changes go on. Throws what an earlier look has thrown. */
  take(): void {
    if (this.#failure) throw this.#failure.error
    if (this.#isLooking || stopwatch() - this.#ended < this.#everyMs) return
    this.#isLooking = true
    void this.#once()
  }

  async #once(): Promise<void> {
    try {
      await this.#look()
    } catch (error) {
      this.#failure = { error }
    }
    this.#ended = stopwatch()
    this.#isLooking = false
  }
}
