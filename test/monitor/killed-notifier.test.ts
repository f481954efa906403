/** Processes that notify from a data folder and are killed: one page and one resolution reach the receiver, whenever they are killed. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import { random } from '../../src/base/random.ts'
import type { Alert, AlertChange } from '../../src/monitor/alerts/alert.ts'
import { receiver } from '../action/receiver.ts'
import { scratchFolder } from '../scratch.ts'
import { alertOf, resolvedAfter } from './alerts.ts'

const WAIT_MS = 20_000

interface Event {
  readonly event_action: string
  readonly dedup_key: string
  /** The id of the request. */
  readonly id: unknown
}

async function alertingProcess(folder: string, url: string) {
  const args = ['-C', 'spillway-source', join(import.meta.dirname, 'alerting-process.ts'), folder, url]
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout!, 'data')
  return {
    change: (alert: Alert, change: AlertChange) => void child.stdin!.write(`${JSON.stringify({ alert, change })}\n`),
    kill: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

test('a run that is killed between an alert and its end pages once, and resolves once', async t => {
  const draw = random(9)
  let isDown = false
  const hook = await receiver(response => response.writeHead(isDown ? 503 : 202).end())
  const eventsOf = (id: string) =>
    hook.received
      .map(({ headers, body }): Event => ({ ...(JSON.parse(body) as Event), id: headers['webhook-id'] }))
      .filter(({ dedup_key }) => dedup_key.startsWith(`${id}/`))
  const until = async (holds: () => boolean, event: string) => {
    for (let waited = 0; !holds(); waited += 10) {
      assert.ok(waited < WAIT_MS, `${event}: ${JSON.stringify(hook.received.map(({ body }) => body))}`)
      await pause(10)
    }
  }
  const folder = scratchFolder('killed-notifier')
  for (let round = 0; round < 4; round++) {
    const alert = alertOf({ id: `freshness-card_1h-${round}` })
    const has = (action: string) => eventsOf(alert.id).some(({ event_action }) => event_action === action)
    isDown = round % 2 === 1
    const first = await alertingProcess(folder, hook.url)
    first.change(alert, 'opened')
    await until(() => has('trigger'), 'the page')
    await pause(draw() * 30)
    await first.kill()
    isDown = false
    const second = await alertingProcess(folder, hook.url)
    second.change(resolvedAfter(alert, 9), 'resolved')
    await until(() => has('resolve'), 'the end')
    await pause(draw() * 30)
    await second.kill()
  }
  const third = await alertingProcess(folder, hook.url)
  await pause(300)
  await third.kill()
  for (let round = 0; round < 4; round++) {
    const events = eventsOf(`freshness-card_1h-${round}`)
    const actions = events.map(({ event_action }) => event_action)
    t.diagnostic(`round ${round}: ${actions.join(', ')}`)
    assert.equal(new Set(events.map(({ dedup_key }) => dedup_key)).size, 1, 'one incident')
    assert.equal(actions.indexOf('trigger'), 0)
    assert.equal(actions.lastIndexOf('trigger') < actions.indexOf('resolve'), true, 'nothing opens it again')
    // A kill between an answer and the next write repeats an event under its id: once for each kill, on a slow disk.
    const resolves = events.filter(({ event_action }) => event_action === 'resolve')
    assert.equal(new Set(resolves.map(({ id }) => id)).size, 1)
  }
  await hook.close()
})
