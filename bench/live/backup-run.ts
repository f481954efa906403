/** The run of `bench backup`, in a separate process: that of `bench action`, with backups in a thread on request. */
import { openActionDestinations } from '../../src/action/open-destinations.ts'
import { backUpInThread } from '../../src/backup/backup-job.ts'
import type { BackupResult } from '../../src/backup/backup.ts'
import { alarms, HOOK } from './alarm-pipeline.ts'
import { serveAndAnswer } from './serving-run.ts'

const [data, hook] = process.argv.slice(2)
const results: BackupResult[] = []
let stop = new AbortController()
let last: Promise<void> = Promise.resolve()

/** Backups one after the other, until they are stopped. */
async function backUpAgain(to: string): Promise<void> {
  const { signal } = stop
  while (!signal.aborted) results.push(await backUpInThread({ folder: data, to }, new AbortController().signal))
}

await serveAndAnswer({
  pipeline: alarms,
  data,
  sendings: await openActionDestinations(alarms, { [HOOK]: hook }),
  answers: {
    startBackups: (to: string) => {
      stop = new AbortController()
      last = backUpAgain(to)
    },
    stopBackups: async (): Promise<readonly BackupResult[]> => {
      stop.abort()
      await last
      return results.splice(0)
    },
  },
})
