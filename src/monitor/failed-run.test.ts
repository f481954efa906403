/** A run that fails: pages that it cannot commit, and the failure, reach the receivers before it ends, and a restart pages nobody again. */
import assert from 'node:assert/strict'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { virtualTime } from '../../test/action/virtual-time.ts'
import { memoryReceiver } from '../../test/monitor/notifiers.ts'
import { scratchFolder } from '../../test/scratch.ts'
import { pay, payments, shop, start } from '../../test/serve/shop.ts'
import { pause } from '../base/clock.ts'
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { DeliveryOutcome } from '../define/action/destination.ts'
import { defaultThresholds } from '../define/config/alert-thresholds.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import { openDataFolder } from '../log/sqlite/data-folder.ts'
import type { Commit } from '../log/store.ts'
import { LiveRun } from '../run/loop/live-run.ts'
import type { Alert } from './alerts/alert.ts'
import { startMonitoring } from './start-monitoring.ts'

const SAMPLE_MS = limits.SERIES_SAMPLE_MS

interface Message {
  readonly type: string
  readonly data: { readonly alert: Alert }
}

/** A run that finds its disk nearly full, on a clock that the test moves. `answer` is that of the receiver of its alerts. */
async function failingRun(data: string, from: number, answer?: () => DeliveryOutcome | Promise<DeliveryOutcome>) {
  const time = virtualTime(from)
  const folder = await openDataFolder(data)
  const commit = folder.store.commit.bind(folder.store)
  let isTooMuch: (next: Commit) => boolean = () => false
  folder.store.commit = async next => {
    if (isTooMuch(next)) throw new SpillwayError('SPILL_STORE', 'the disk is full')
    return commit(next)
  }
  const live = await LiveRun.inFolder(folder, shop, { clock: time.clock })
  const hook = memoryReceiver(answer)
  const reports: string[] = []
  const thresholds = { ...defaultThresholds, diskPageBytes: 2 ** 60, diskTicketBytes: 2 ** 60 }
  const onReport = (text: string) => reports.push(text)
  const options = { pipeline: shop, data, clock: time.clock, after: time.after, thresholds, onReport }
  const monitor = startMonitoring(live, { ...options, alertReceivers: [hook.opened()] })
  const progress = { samples: 0, hasEnded: false }
  monitor.subscribe(() => progress.samples++)
  live.run.ended.catch(() => (progress.hasEnded = true))
  /** Samples are durable, or the run has failed, before time goes on. */
  const sampledBefore = async (now: number) => {
    const due = Math.floor((now - 1) / SAMPLE_MS) - Math.floor(from / SAMPLE_MS)
    do await pause(2)
    while (progress.samples < due && !progress.hasEnded)
  }
  const pass = async (seconds: number) => {
    const until = time.clock() + seconds * 1000
    do await sampledBefore(time.clock())
    while (time.next(until))
    await sampledBefore(until + 1)
  }
  return {
    live,
    monitor,
    reports,
    time,
    pass,
    hook,
    /** The disk has no room for some commits: for any, or for alerts alone. */
    fill: async (rejects: typeof isTooMuch = () => true) => {
      isTooMuch = rejects
      await Promise.all([pass(20), assert.rejects(live.run.ended, { code: 'SPILL_STORE' })])
      await pass(0)
    },
    messages: () => hook.deliveries.map(({ id, body }) => ({ id, ...(JSON.parse(body) as Message) })),
  }
}

const hasAlert = ({ put = [] }: Commit): boolean => put.some(([name]) => name.startsWith('alert/'))

const changesOf = (messages: readonly Message[]) =>
  messages.map(({ type, data: { alert } }) => `${alert.id} ${type.slice('alert.'.length)}`)

for (const hasFile of [true, false])
  test(`a page that cannot be committed is sent once, with the failure of the run; a restart ${hasFile ? 'resolves it' : 'without the file repeats its ids'}`, async () => {
    const data = scratchFolder('failed-run')
    const first = await failingRun(data, start)
    await first.pass(30)
    assert.deepEqual(first.messages(), [])
    await first.fill(hasAlert)
    await first.live.stop().catch(() => {})
    const sent = first.messages()
    assert.deepEqual(changesOf(sent), ['disk-shop-1 opened', 'availability-shop-2 opened'])
    assert.equal(sent[1].data.alert.summary, 'the run has failed: the disk is full')
    const file = join(data, 'failed-run.json')
    assert.ok(existsSync(file))
    if (!hasFile) rmSync(file)
    const second = await failingRun(data, first.time.clock())
    await second.pass(60)
    const known = new Set(sent.map(({ id }) => id))
    assert.deepEqual(
      second.messages().filter(({ id }) => !known.has(id)),
      [],
      'nothing new is sent',
    )
    if (!hasFile) {
      await second.fill()
      await second.live.stop().catch(() => {})
      assert.deepEqual(new Set(second.messages().map(({ id }) => id)), known, 'a second failure has the ids of the first')
      return
    }
    assert.ok(!existsSync(file), 'its alerts are in the log now')
    await second.pass(300)
    const ended = second.messages().filter(({ type }) => type === 'alert.resolved')
    assert.deepEqual(changesOf(ended), ['availability-shop-2 resolved'])
    assert.deepEqual(
      second.monitor.alerts.map(({ id, state }) => `${id} ${state}`),
      ['disk-shop-1 firing', 'availability-shop-2 resolved'],
    )
    await second.live.stop()
  })

test('a run that fails again and again pages once', async () => {
  const data = scratchFolder('failed-run')
  const ids = new Set<string>()
  let now = start
  for (let i = 0; i < 4; i++) {
    const run = await failingRun(data, now)
    await run.pass(1)
    await run.fill()
    await run.live.stop().catch(() => {})
    for (const { id } of run.messages()) ids.add(id)
    now = run.time.clock()
  }
  assert.equal(ids.size, 1)
})

test('a failed run waits for its receivers, and for one that hangs or fails no longer than its deadline', async () => {
  let attempts = 0
  const back = await failingRun(scratchFolder('failed-run'), start, () =>
    ++attempts < 3 ? { kind: 'failed', why: 'status 503' } : { kind: 'acknowledged' },
  )
  await back.pass(1)
  await back.fill()
  const stop = back.live.stop().catch(() => {})
  await back.pass(5)
  await stop
  assert.equal(back.messages().length, 1)
  const down = await failingRun(scratchFolder('failed-run'), start, () => ({ kind: 'failed', why: 'status 503' }))
  await down.pass(1)
  await down.fill()
  assert.equal(down.monitor.receivers[0].failing?.why, 'status 503')
  let stopped = false
  const end = down.live
    .stop()
    .finally(() => (stopped = true))
    .catch(() => {})
  await down.pass(8)
  assert.equal(stopped, false, 'it still tries')
  await down.pass(5)
  await end
  assert.equal(stopped, true)
})

test('a file of a failed run that is damaged is reported, and stops nothing', async () => {
  const data = scratchFolder('failed-run')
  const first = await failingRun(data, start)
  await first.live.stop()
  writeFileSync(join(data, 'failed-run.json'), '[["alert/00')
  const second = await failingRun(data, start)
  await second.pass(1)
  assert.match(second.reports.join('\n'), /failed-run\.json cannot be read; alerts of the failed run are left out/)
  await second.live.stop()
})

test('alerts of two folders of one pipeline without actions differ, and keep their key when records come', async () => {
  const keys = new Set<string>()
  for (let i = 0; i < 2; i++) {
    const { live, pass, hook } = await failingRun(scratchFolder('failed-run'), start)
    await pass(60)
    await live.run.submit(payments.name, recordBatchOf([pay(1)]))
    await live.stop()
    const [{ body }] = hook.deliveries
    const { dedupKey } = (JSON.parse(body) as { data: { dedupKey: string } }).data
    assert.match(dedupKey, /^disk-shop-1\/[0-9a-f-]{36}$/)
    keys.add(dedupKey)
  }
  assert.equal(keys.size, 2)
})
