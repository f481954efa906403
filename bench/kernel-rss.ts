/**
 * Memory of a whole process that runs job W as known once: data, state, and the 20 columns. A separate process, since peaks do not fall.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { synthetic } from './data/synthetic.ts'
import { asKnown, blockOf, jobW } from './job-w.ts'

/** Peak resident megabytes over `events` synthetic events. */
export function peakRss(events: number): number {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), String(events)], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`measuring memory failed: ${stderr}`)
  return Number(stdout)
}

if (import.meta.main) {
  asKnown(jobW('exact'), blockOf(synthetic(Number(process.argv[2]))))
  console.log(Math.round(process.resourceUsage().maxRSS / 1024))
}
