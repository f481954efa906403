/** A thread that computes columns of groups before they are asked for, from a copy of the history that all threads share. */
import { parentPort, workerData } from 'node:worker_threads'
import type { ModelIR, PipelineIR } from '../../../define/ir.ts'
import type { Setting } from '../../element.ts'
import type { GroupColumns } from '../column-cache.ts'
import type { LookedAt } from '../looked-at.ts'
import { Replays } from '../replays.ts'
import type { Traces } from '../traces.ts'
import { isClaimed, leave, room, type Claims } from './claims.ts'
import { receivedLog, type SentLog } from './sent-log.ts'

export interface ThreadData {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly log: SentLog
  readonly traces: Traces
  readonly lookedAt: LookedAt | undefined
  readonly claims: Claims
}

/** What a plan reads of one group. */
export interface Job {
  /** Its place among all jobs. */
  readonly number: number
  readonly plan: readonly (readonly [string, Setting])[]
  readonly read: number
}

export interface Done {
  readonly number: number
  /** None where it failed: whoever asks computes it, and sees why. */
  readonly columns?: GroupColumns
}

const { ir, model, log, traces, lookedAt, claims } = workerData as ThreadData
const port = parentPort!
const replays = new Replays({ ir, model }, receivedLog(log), traces)

port.on('message', ({ number, plan, read }: Job) => {
  room(claims)
  if (!isClaimed(claims, number)) return leave(claims)
  try {
    const columns = replays.columns(new Map(plan), read, lookedAt)
    const buffers = columns.flatMap(({ values, nulls, refused, counts }) =>
      [values, nulls, refused, ...(counts ? [counts] : [])].map(array => array.buffer),
    )
    port.postMessage({ number, columns } satisfies Done, [...new Set(buffers)] as ArrayBuffer[])
  } catch {
    port.postMessage({ number } satisfies Done)
  }
})
