/** Thread of one backup. */
import { workerData } from 'node:worker_threads'
import { yieldProcessor } from '../base/node/index.ts'
import { sendResult } from '../jobs/index.ts'
import { backUpFolder } from './backup.ts'
import { pruneBackups } from './prune.ts'
import { openTarget } from './target/open-target.ts'
import type { BackupJob, BackupJobResult } from './backup-job.ts'

const { folder, to, keep } = workerData as BackupJob

async function backUp(): Promise<BackupJobResult> {
  const target = openTarget(to, process.env)
  try {
    const result = await backUpFolder(folder, target)
    const { expired } = keep ? await pruneBackups(target, keep) : { expired: [] }
    return { ...result, expired: expired.length }
  } finally {
    await target.close()
  }
}

// The loop of the run goes first.
yieldProcessor()
await sendResult(backUp)
