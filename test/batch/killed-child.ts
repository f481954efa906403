/** A process that makes batch runs over so many partitions in a data folder, `killed-child.ts FOLDER PARTITIONS NOW`, until it is killed or asked to end. */
import { join } from 'node:path'
import { pause } from '../../src/base/clock.ts'
import type { Taker } from '../../src/batch/job.ts'
import { computeBeside } from '../../src/batch/threads.ts'
import { Running } from '../../src/run/loop/live-run.ts'
import { crowd } from './crowd.ts'

/** A part takes so long that there is time to kill. */
const PART_MS = 50
const [folder, partitions, now] = process.argv.slice(2)
const compute = computeBeside(join(folder, 'log.db'), { threads: 2 })
const running = await Running.open(crowd, folder, {
  clock: () => Number(now),
  compute: (job, taker, signal) => {
    const slowly: Taker = {
      begin: count => taker.begin(count),
      take: (partition, stretch) => taker.take(partition, stretch),
      end: async part => {
        await pause(PART_MS)
        await taker.end(part)
      },
    }
    return compute({ partitions: Number(partitions), ...job }, slowly, signal)
  },
})
process.once('SIGTERM', () => void running.stop())
process.stderr.write('ready\n')
