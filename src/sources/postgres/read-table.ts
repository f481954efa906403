/**
 * Checks that a table and its publication are still those that were read. The server follows a table, not its name. Another table may take
 * the name (CREATE new, RENAME old, RENAME new), or the publication may drop the table. Then no changes come, the slot still advances, and
 * there is no error. So this is checked when reading resumes, and periodically after that.
 */
import type { Sql } from 'postgres'
import { stopwatch } from '../../base/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { publicationProblem, type Publication } from './publication.ts'
import { failNoTable, findTable, type PostgresTable, selectColumns, tableError } from './table.ts'

/** The table that was read. Older versions do not record which: then it is the table of that name. */
export interface ReadTable {
  /** Server and database. */
  readonly origin: string
  readonly relation?: number
  /** Names of the columns that the source read last; for a map, as of `mapVersion`. */
  readonly columns?: readonly string[] | undefined
  readonly mapVersion?: string
}

/** The table record from now on; `previous` is the one that was read before. A new version of a map requires none of the old columns. */
export function readTableOf(table: PostgresTable, source: SourceIR, previous: ReadTable | undefined): ReadTable {
  const { mapVersion } = source
  const columns =
    previous === undefined ? selectColumns(table, source, source.deleted).columns.map(({ name }) => name) : columnsOf(previous, mapVersion)
  return { origin: table.origin, relation: table.oid, columns, ...(mapVersion !== undefined && { mapVersion }) }
}

const columnsOf = (previous: ReadTable, mapVersion: string | undefined): readonly string[] | undefined =>
  previous.mapVersion === mapVersion ? previous.columns : undefined

export const HOW_TO_CONTINUE =
  `. To go on, name a new slot (?slot=…): the table is then copied as it stands, or with copy=false its changes from then on are read; ` +
  `give the source an id or identity, so that rows read before are recognized as duplicates or revisions`

/** Finds a table by name. Throws `SPILL_NOT_FOUND` if there is none, `SPILL_SOURCE` if it is not the table that was read. */
export async function findReadTable(sql: Sql, name: string, previous: ReadTable | undefined): Promise<PostgresTable> {
  const table = await findTable(sql, name)
  if (previous === undefined) return table ?? failNoTable(name)
  const throwSourceError = (problem: string): never => {
    throw tableError(table ?? { name }, problem, 'SPILL_SOURCE')
  }
  if (table && table.origin !== previous.origin)
    throwSourceError(
      `is of another database (${table.origin}) than the one that was read (${previous.origin}); name a new slot to read it (?slot=…)`,
    )
  if (previous.relation === undefined || table?.oid === previous.relation) return table ?? failNoTable(name)
  const [old] = await sql<{ name: string }[]>`
    SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = ${String(previous.relation)}::oid`
  return throwSourceError(
    `${table ? 'is not the table that was read' : 'no longer exists'}: that table ${old ? `is now ${old.name}` : 'was dropped'}, ` +
      `and changes of a table that takes its name are not sent${HOW_TO_CONTINUE}`,
  )
}

/**
 * @throws `SPILL_SOURCE` if the publication no longer shows everything that the source needs of its table.
 */
export function checkPublished(publication: Publication | undefined, name: string, table: PostgresTable, source: SourceIR): void {
  const fault = publication === undefined ? { problem: 'is gone', fix: undefined } : publicationProblem(publication, name, table, source)
  if (fault === undefined) return
  throw tableError(
    table,
    `publication '${name}' ${fault.problem}: changes made meanwhile are never sent. ` +
      `${fault.fix === undefined ? 'A new slot makes it again' : `Mend it, ${fault.fix}, and start again if nothing was changed that is missed`}${HOW_TO_CONTINUE}`,
    'SPILL_SOURCE',
  )
}

/**
 * A check that runs periodically, beside other work. The returned function starts it if it is due, without waiting for it: a lock may delay
 * it, and changes go on. It throws the error of an earlier check.
 */
export function periodicCheck(check: () => Promise<unknown>, everyMs: number): () => void {
  let lastEnd = stopwatch()
  let isRunning = false
  let failure: { readonly error: unknown } | undefined
  const run = async (): Promise<void> => {
    try {
      await check()
    } catch (error) {
      failure = { error }
    }
    lastEnd = stopwatch()
    isRunning = false
  }
  return () => {
    if (failure) throw failure.error
    if (isRunning || stopwatch() - lastEnd < everyMs) return
    isRunning = true
    void run()
  }
}
