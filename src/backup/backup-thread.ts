/** Thread of one backup. */
import { workerData } from 'node:worker_threads'
import { yieldProcessor } from '../base/node/index.ts'
import { sendResult } from '../jobs/index.ts'
import { backUpFolder } from './backup.ts'
import { pruneAfterBackup } from './prune.ts'
import { openTarget } from './target/open-target.ts'
import type { BackupJob, BackupJobResult } from './backup-job.ts'

const { folder, to, keep, previous } = workerData as BackupJob

async function backUp(): Promise<BackupJobResult> {
  const target = openTarget(to, process.env)
  try {
    const result = await backUpFolder(folder, target, { previous })
    const outcome = keep ? await pruneAfterBackup(target, keep) : undefined
    if (outcome && 'pruneProblem' in outcome) return { ...result, expired: 0, ...outcome }
    return { ...result, expired: outcome?.pruned.expired.length ?? 0 }
  } finally {
    await target.close()
  }
}

// The loop of the run goes first.
yieldProcessor()
await sendResult(backUp)
