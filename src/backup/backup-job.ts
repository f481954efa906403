/** A backup in a thread of its own, with its own connections, beside a run. */
import { extname } from 'node:path'
import { runThreadJob } from '../jobs/index.ts'
import type { BackupResult } from './backup.ts'
import type { BackupRetention } from './prune.ts'

/** A backup to make. */
export interface BackupJob {
  /** The data folder. */
  readonly folder: string
  /** Address of the target. */
  readonly to: string
  /** Backups that stay; all without it. */
  readonly keep?: BackupRetention | undefined
  /** The last backup to this target. */
  readonly previous?: string | undefined
}

/** Result of a backup, and the number of older backups that were deleted, or the problem of their deletion. */
export type BackupJobResult = BackupResult & { readonly expired: number; readonly pruneProblem?: string }

/** Makes one backup. Rejects with its error, or with `SPILL_STOPPED` after an abort. */
export type BackUpInThread = (job: BackupJob, signal: AbortSignal) => Promise<BackupJobResult>

/** Heap limit of the thread, MB. Chunks are outside of it. */
const HEAP_MB = 512

const file = new URL(`./backup-thread${extname(import.meta.url)}`, import.meta.url)

/** Backs up in a thread. An abort ends the thread: a target has whole objects only, whenever a backup ends. */
export const backUpInThread: BackUpInThread = (job, signal) =>
  runThreadJob({
    file,
    name: 'the backup',
    data: job,
    signal,
    onStop: thread => thread.terminate(),
    terminates: true,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  })
