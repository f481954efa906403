/** `spillway alerts test`: each receiver gets a test alert and its end, and its answer is printed. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { called, calledJson } from '../../../test/cli/called.ts'
import { Project } from '../../../test/cli/project.ts'
import { receiver, type Receiver } from '../../../test/action/receiver.ts'

const KEY = 'e93facc04764012d7bfb002500d5d1a6'

let project: Project
let works: Receiver
let rejects: Receiver
const home = process.cwd()

before(async () => {
  works = await receiver(response => void response.end('ok'))
  rejects = await receiver(response => void response.writeHead(403).end('invalid_token'))
  project = new Project({
    'spillway.config.ts': `
import { alertWebhook, defineConfig, pagerDuty, slack } from 'spillway/config'
import { env } from 'spillway'
export default defineConfig({
  alerts: {
    notify: [
      alertWebhook(env('OPS_URL'), { allowPrivate: true }),
      slack(env('SLACK_URL'), { allowPrivate: true }),
      pagerDuty(env('KEY'), { url: env('OPS_URL'), allowPrivate: true }),
    ],
  },
  profiles: { quiet: { alerts: {} } },
})`,
  })
  Object.assign(process.env, { OPS_URL: works.url, SLACK_URL: rejects.url, KEY })
  process.chdir(project.folder)
})
after(async () => {
  process.chdir(home)
  project[Symbol.dispose]()
  await works.close()
  await rejects.close()
})

test('each receiver gets the test, and a failure is the exit code', async () => {
  const { status, out, err } = await called('alerts', 'test')
  assert.equal(err, '')
  assert.equal(
    out,
    [
      'webhook    delivered  status 200: ok',
      'slack      failed     status 403: invalid_token',
      'pagerduty  delivered  status 200: ok',
    ].join('\n'),
  )
  assert.equal(status, 1)
  const bodies = works.received.map(({ body }) => JSON.parse(body) as { type?: string; event_action?: string; dedup_key?: string })
  assert.deepEqual(
    bodies.flatMap(({ type }) => type ?? []),
    ['alert.opened', 'alert.resolved'],
  )
  assert.deepEqual(
    bodies.flatMap(({ event_action }) => event_action ?? []),
    ['trigger', 'resolve'],
    'no incident stays open',
  )
  assert.equal(new Set(bodies.flatMap(({ dedup_key }) => dedup_key ?? [])).size, 1)
})

test('one receiver by its name, as JSON', async () => {
  const [{ name, delivered, answer }, ...others] = await calledJson<{ name: string; delivered: boolean; answer: string }>(
    'alerts',
    'test',
    'pagerduty',
  )
  assert.deepEqual([name, delivered, answer, others.length], ['pagerduty', true, 'status 200: ok', 0])
})

test('an unknown receiver, a missing variable and a configuration without receivers are named', async () => {
  assert.match(
    (await called('alerts', 'test', 'slak')).err,
    /SPILL_NOT_FOUND: there is no receiver of alerts 'slak'; did you mean 'slack'\?/,
  )
  assert.match((await called('alerts', 'test', '--profile', 'quiet')).err, /no receiver of alerts is configured; add alerts: \{ notify:/)
  assert.match((await called('alerts', 'tests')).err, /did you mean 'test'/)
  delete process.env['SLACK_URL']
  const { status, err } = await called('alerts', 'test')
  assert.deepEqual([status, err], [1, "SPILL_INPUT: alerts to 'slack': the address is env('SLACK_URL'), which is not set; export it first"])
})
