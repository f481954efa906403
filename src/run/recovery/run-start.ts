/** What a run writes down when it begins: which pipeline runs now, from when on it ticks, and what tells this log from every other. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../log/log.ts'
import type { Commit, StoredLog } from '../../log/store.ts'
import { pipelineText, PIPELINE, TICKED, type Runnable } from './opening.ts'

/** The value that tells the log from every other. */
const LOG_NAME = 'log'

/** The log's own name, or one for a log that has none. */
export const logNameOf = (store: StoredLog): string => store.get(LOG_NAME) ?? randomUUID()

export interface Beginning {
  /** No tick at or before it is made any more, UTC ms. */
  readonly ticked: number
  /** Absent if nothing is new. */
  readonly commit: Commit | undefined
}

export function beginning(runnable: Runnable, store: StoredLog, log: Log, clock: Clock, logName: string): Beginning {
  const { ir } = runnable
  const ticked = store.get(TICKED)
  // The first tick ever is not before what is in the log, though the clock has gone back.
  const last = ticked === undefined ? Math.max(clock(), log.notBefore - 1) : Number(ticked)
  const ticks = ir.models.some(({ decide }) => decide.kind === 'every')
  const definition = pipelineText(runnable)
  const put: [string, string][] = []
  if (ticked === undefined && ticks) put.push([TICKED, String(last)])
  if (store.get(PIPELINE) !== definition) put.push([PIPELINE, definition])
  if (ir.actions && store.get(LOG_NAME) !== logName) put.push([LOG_NAME, logName])
  const isNew = log.newSchemas.length > 0 || put.length > 0
  return { ticked: last, commit: isNew ? { schemas: log.newSchemas, put } : undefined }
}
