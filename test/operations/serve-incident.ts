/**
 * `node -C spillway-source test/operations/serve-incident.ts FAULT PORT [DAYS]`: the dashboard of a run in trouble, on loopback, for people who try out
 * what it tells them. The run has lived for some days until now; the fault began a quarter of an hour ago, and goes on.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pause } from '../../src/base/clock.ts'
import { serveRunControl } from '../../src/operate/control/serve-control.ts'
import { CommitFeed } from '../../src/serve/events/journal.ts'
import { startServer } from '../../src/serve/listen.ts'
import { type FaultKind, faultKinds, type FaultName } from './faults.ts'
import { DAY, MINUTE, World } from './world.ts'

const [name, port, days = '3'] = process.argv.slice(2)
if (name === undefined || !Object.hasOwn(faultKinds, name)) throw new Error(`name a fault: ${Object.keys(faultKinds).join(', ')}`)
const { owes, ...kind }: FaultKind = faultKinds[name as FaultName]

const folder = await mkdtemp(join(tmpdir(), 'spillway-incident-'))
const started = Date.now()
const midnight = started - (started % DAY) - Number(days) * DAY
const world = new World(join(folder, 'data'), 1, midnight)
const feed = new CommitFeed()
await world.start({ onRecorded: feed.notify })
const isHeard = (): boolean => world.notices.some(({ alert, change }) => alert.cause === owes?.cause && change !== 'resolved')
// It stays for as long after the alert as a person takes to sit down.
const begins = started - Math.min(Number(days) * DAY, name === 'drift' ? 5 * DAY : name === 'stuck batch run' ? started % DAY : 15 * MINUTE)
for (let isBegun = false; world.now < started || !isHeard();) {
  if (!isBegun && world.now >= begins) {
    kind.begin(world)
    isBegun = true
  }
  if (isBegun) kind.step?.(world)
  await world.step()
}
const { live, monitor, pipeline, data } = world
const control = await serveRunControl(live, { pipeline, data, editAlert: monitor.editAlert, onReport: console.error })
const served = { run: live.run, control, monitor, feed, pipeline, data, port: Number(port), noAuth: true }
const server = await startServer({ ...served, onError: error => console.error(error) })
console.log(`${server.url}/ui`)
const ending = new AbortController()
process.once('SIGTERM', () => ending.abort())
while (!ending.signal.aborted) {
  kind.step?.(world)
  await world.step()
  await pause(Math.max(0, world.now - Date.now()))
}
await server.close()
await world.stop()
await rm(folder, { recursive: true, force: true })
