/** The events of a log into DuckDB, each with how it came. */
import { limits } from '../base/limits.ts'
import type { PipelineIR } from '../define/ir/ir.ts'
import type { Log } from '../log/log.ts'
import type { StoredLog } from '../log/store.ts'
import type { DuckDb } from '../sql/duckdb/duckdb.ts'
import { eventsOf } from './events.ts'
import type { Letters } from './letters.ts'
import type { Wanted } from './places.ts'

export interface Loading {
  readonly ir: PipelineIR
  readonly reader: StoredLog
  readonly db: DuckDb
  readonly log: Log
  readonly wanted: Wanted
  readonly letters: Letters
  readonly onProgress: (stage: string, share: number) => void
  /** Throws where it shall end. */
  readonly check: () => void
}

export async function load({ ir, reader, db, log, wanted, letters, onProgress, check }: Loading): Promise<void> {
  await db.begin(ir)
  for (const [i, source] of ir.sources.entries()) {
    onProgress('reading the log', i / ir.sources.length)
    // What tells two events apart: the id where there is one, otherwise every column.
    const all: Wanted = source.id === undefined || source.identity ? () => true : wanted
    const refused: number[] = []
    await db.add(ir, source, noting(eventsOf(reader, log, source, log.end, all), { letters, refused, check }))
    await db.sayHow(ir, source, refused)
  }
}

interface Noting {
  readonly letters: Letters
  /** The numbers of those that had been refused first. */
  readonly refused: number[]
  readonly check: () => void
}

/** Gives events on. */
function* noting(events: ReturnType<typeof eventsOf>, { letters, refused, check }: Noting): ReturnType<typeof eventsOf> {
  let given = 0
  for (const event of events) {
    if (given++ % limits.RECONCILE_DECISIONS === 0) check()
    if (letters.wasRefused(event[1])) refused.push(event[0])
    yield event
  }
}
