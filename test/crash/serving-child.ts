/**
 * The process of kind `http`: serves `alerts` over HTTP and sends its effects, like `spillway run --listen`, on a slow disk, so that a kill
 * is often between a decision and its commit, and with short retry intervals. Arguments: its data folder, the receiver's address, the file
 * of decisions.
 */
import { openActionDestinations } from '../../src/action/open-destinations.ts'
import { callAfter } from '../../src/base/clock.ts'
import { DecisionFile } from '../../src/cli/run/run-output.ts'
import { openDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { LiveRun } from '../../src/run/loop/live-run.ts'
import { startServer } from '../../src/serve/listen.ts'
import { alerts, HOOK } from './alerts.ts'

const FSYNC_MS = 15
/** Factor on the interval between two attempts. */
const SOONER = 20

const [data, hook, decisions] = process.argv.slice(2)
const out = new DecisionFile(decisions, { onReport: report => console.error(report) })
const running = await LiveRun.inFolder(await openDataFolder(data, { fsyncMs: FSYNC_MS }), alerts, {
  sendings: await openActionDestinations(alerts, { [HOOK]: hook }),
  after: (ms, act) => callAfter(ms / SOONER, act),
  onDecisions: stretches => out.write(stretches),
})
const { run } = running
const server = await startServer({ port: 0, run, pipeline: alerts, data, onError: error => console.error(error) })
process.once('SIGTERM', () => void stop())
// A reader of this line may stop the process at once.
console.error(`listening at ${server.url}`)
await run.ended

async function stop(): Promise<void> {
  await server.close()
  await running.stop()
  out.close()
}
