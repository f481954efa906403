/** A run whose disk hangs: commits neither end nor fail, and receivers are notified all the same, once. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { virtualTime } from '../../test/action/virtual-time.ts'
import { memoryReceiver } from '../../test/monitor/notifiers.ts'
import { scratchFolder } from '../../test/scratch.ts'
import { pay, payments, shop, start } from '../../test/serve/shop.ts'
import { pause } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import { openDataFolder } from '../log/sqlite/data-folder.ts'
import { LiveRun } from '../run/loop/live-run.ts'
import type { Alert } from './alerts/alert.ts'
import { startMonitoring } from './start-monitoring.ts'

/** A monitored run on a clock that the test moves, with a disk that hangs from `hang` until `heal`. It stops after the test. */
async function hangingRun(t: TestContext) {
  const [time, data] = [virtualTime(start), scratchFolder('hung-disk')]
  const folder = await openDataFolder(data)
  const commit = folder.store.commit.bind(folder.store)
  const progress = { samples: 0, isHanging: false }
  let healed = Promise.withResolvers<void>()
  healed.resolve()
  folder.store.commit = async next => {
    await healed.promise
    return commit(next)
  }
  const live = await LiveRun.inFolder(folder, shop, { clock: time.clock })
  const hook = memoryReceiver()
  const disk = { free: 2 ** 40 }
  const onReport = (text: string) => assert.fail(text)
  const freeSpaceOf = async () => ({ bavail: disk.free, bsize: 1 })
  const options = { pipeline: shop, data, clock: time.clock, after: time.after, onReport, freeSpaceOf }
  const monitor = startMonitoring(live, { ...options, alertReceivers: [hook.opened()] })
  t.after(async () => {
    healed.resolve()
    await live.stop()
  })
  monitor.subscribe(() => progress.samples++)
  /** Samples are durable before time goes on, unless the disk hangs. */
  const settle = async () => {
    const due = Math.floor((time.clock() - 1) / limits.SERIES_SAMPLE_MS) - Math.floor(start / limits.SERIES_SAMPLE_MS)
    do await pause(20)
    while (!progress.isHanging && progress.samples < due)
  }
  const pass = async (seconds: number) => {
    const until = time.clock() + seconds * 1000
    await settle()
    while (time.next(until)) await settle()
  }
  return {
    live,
    monitor,
    pass,
    disk,
    hang: () => {
      progress.isHanging = true
      healed = Promise.withResolvers()
    },
    heal: () => {
      progress.isHanging = false
      healed.resolve()
    },
    messages: () =>
      hook.deliveries.map(({ body }) => {
        const { type, data } = JSON.parse(body) as { readonly type: string; readonly data: { readonly alert: Alert } }
        return `${type.slice('alert.'.length)} ${data.alert.id}`
      }),
  }
}

test('a disk that hangs is a page within 90 s, also at a low rate of records, and is resolved once it works again', async t => {
  const { live, monitor, pass, hang, heal, messages } = await hangingRun(t)
  await pass(60)
  hang()
  const receipt = live.run.submit(payments.name, recordBatchOf([pay(1)]))
  await pass(90)
  assert.equal(live.run.waiting, 0)
  assert.deepEqual(messages(), ['opened availability-shop-1'])
  assert.equal(monitor.alerts[0].summary, 'the run accepts no records: the disk has committed nothing for 1m')
  await pass(60)
  heal()
  await receipt
  await pass(600)
  assert.deepEqual(messages(), ['opened availability-shop-1', 'resolved availability-shop-1'])
})

test('another alert of the time does not wait for the disk either, and is sent once', async t => {
  const { pass, disk, hang, heal, messages } = await hangingRun(t)
  disk.free = 2 ** 30
  await pass(35)
  hang()
  await pass(20)
  assert.deepEqual(messages(), [], 'a commit may take a while')
  await pass(30)
  assert.deepEqual(messages(), ['opened disk-shop-1'])
  heal()
  await pass(60)
  assert.deepEqual(messages(), ['opened disk-shop-1'])
})
