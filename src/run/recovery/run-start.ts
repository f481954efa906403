/** The first commit of a run: the pipeline that runs, the start of its ticks, and the identity of the log. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../../base/index.ts'
import type { Log, Commit, NamedValues } from '../../log/index.ts'
import { pipelineText, PIPELINE, TICKED, type Runnable } from './open-pipeline.ts'

/** Name of the stored identity of the log. */
const LOG_NAME = 'log'

/** The identity of the log, or a new one. */
export const logNameOf = (store: NamedValues): string => store.get(LOG_NAME) ?? randomUUID()

/** The state of a log at the start of a run. */
export interface RunStart {
  /** Time of the last tick, UTC ms. */
  readonly lastTick: number
  /** Undefined if nothing has changed. */
  readonly commit: Commit | undefined
}

/** Compares a pipeline with the stored one. */
export function runStart(runnable: Runnable, store: NamedValues, log: Log, clock: Clock, logName: string): RunStart {
  const { ir } = runnable
  const ticked = store.get(TICKED)
  // The first tick ever is not before the last arrival, even if the clock went back.
  const last = ticked === undefined ? Math.max(clock(), log.notBefore - 1) : Number(ticked)
  const hasTicks = ir.models.some(({ decide }) => decide.kind === 'every')
  const definition = pipelineText(runnable)
  const put: [string, string][] = []
  if (ticked === undefined && hasTicks) put.push([TICKED, String(last)])
  if (store.get(PIPELINE) !== definition) put.push([PIPELINE, definition])
  if (ir.actions && store.get(LOG_NAME) !== logName) put.push([LOG_NAME, logName])
  const isNew = log.schemas.added.length > 0 || put.length > 0
  return { lastTick: last, commit: isNew ? { schemas: log.schemas.added, put } : undefined }
}
