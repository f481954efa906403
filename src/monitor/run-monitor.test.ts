import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { action, pipeline } from '../index.ts'
import { fraud, payments, pay, shop, start } from '../../test/serve/shop.ts'
import { openActionDestinations } from '../action/open-destinations.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import { openFolder } from '../operate/folder.ts'
import { defaultThresholds } from '../define/config/alert-thresholds.ts'
import { LiveRun, type LiveRunOptions } from '../run/loop/live-run.ts'
import { DiskReading } from './series/measure-reader.ts'
import { type MonitorOptions, RunMonitor } from './run-monitor.ts'

const alarm = action('alarm', { when: fraud.score.gte(0.5), do: () => {}, deadline: '1s' })
const telling = pipeline('telling', [alarm])

/** A monitored run whose clock and timer a test holds. */
async function monitored(of: typeof shop, data: string, options: LiveRunOptions = {}, monitorOptions: Partial<MonitorOptions> = {}) {
  const time = { now: start + 1000 }
  const clock = () => time.now
  const live = await LiveRun.open(of, data, { clock, ...options })
  let due = () => {}
  const after = (ms: number, callback: () => void) => {
    assert.equal(ms, 10_000 - (time.now % 10_000))
    due = callback
    return { stop: () => {} }
  }
  let durable = Promise.withResolvers<void>()
  const onReport = (report: string) => assert.fail(report)
  const monitor = RunMonitor.start(live, { pipeline: of, data, clock, after, onReport, ...monitorOptions })
  monitor.subscribe(() => durable.resolve())
  /** Moves the clock to the next sample, and waits until it is durable. */
  const sample = async () => {
    durable = Promise.withResolvers()
    time.now = Math.ceil((time.now + 1) / 10_000) * 10_000
    due()
    await durable.promise
  }
  return { live, monitor, time, sample }
}

const latest = (data: string, name: string) => {
  const folder = openFolder(data)
  try {
    const { series } = folder.series.read({ names: [name], since: start, stepMs: 10_000 })
    return series.map(({ labels, values }) => [Object.values(labels).join(' '), ...values])
  } finally {
    folder.close()
  }
}

test('a run is sampled every 10 s: events, rejections, decisions, effects, deadlines and levels', async () => {
  const data = scratchFolder('monitor')
  const { live, monitor, sample } = await monitored(telling, data, { sendings: await openActionDestinations(telling, {}) })
  await live.run.submit(payments.name, recordBatchOf([pay(1), pay(2, 'c', '200'), pay(2, 'c', '200'), { ...pay(3), amount: 'a lot' }]))
  await live.whenIdle()
  monitor.countResponse(200)
  monitor.countResponse(503)
  await sample()
  await live.run.submit(payments.name, recordBatchOf([pay(4)]))
  await sample()
  assert.deepEqual(latest(data, 'events'), [
    ['payments accepted', 2, 1],
    ['payments duplicate', 1, 0],
    ['payments rejected', 1, 0],
  ])
  assert.deepEqual(latest(data, 'dead_letters'), [['payments schema', 1, 0]])
  assert.deepEqual(latest(data, 'decisions'), [['fraud', 2, 1]])
  assert.deepEqual(latest(data, 'effects'), [['alarm delivered', 1, 0]])
  assert.deepEqual(latest(data, 'deadlines'), [['alarm met', 1, 0]])
  assert.deepEqual(latest(data, 'effects_waiting'), [['alarm', 0, 0]])
  assert.deepEqual(latest(data, 'http_requests'), [
    ['2xx', 1, 0],
    ['5xx', 1, 0],
  ])
  assert.deepEqual(latest(data, 'freshness_age_ms'), [['now', 0, 0]])
  assert.deepEqual(latest(data, 'source_delay_ms'), [['payments', 1000, 10_000]])
  // The event loop delay has no value in an interval of a few milliseconds.
  assert.deepEqual(latest(data, 'group_keys'), [['now', 1, 1]])
  for (const level of ['memory_bytes', 'disk_free_bytes', 'disk_used_bytes', 'loop_busy_ms', 'group_bytes']) {
    const [[, ...values]] = latest(data, level)
    assert.ok(
      values.every(value => value !== null),
      level,
    )
  }
  await live.stop()
})

test('a restart continues the series, marks itself, and the last sample of a stopped run is kept', async () => {
  const data = scratchFolder('monitor')
  const first = await monitored(shop, data)
  await first.live.run.submit(payments.name, recordBatchOf([pay(1)]))
  await first.sample()
  await first.live.run.submit(payments.name, recordBatchOf([pay(2), pay(3)]))
  first.time.now += 9000
  await first.live.stop()
  const second = await monitored(telling, data)
  second.time.now = first.time.now
  await second.live.run.submit(payments.name, recordBatchOf([pay(4), pay(5), pay(6), pay(7)]))
  await second.sample()
  await second.live.stop()
  assert.deepEqual(latest(data, 'events'), [['payments accepted', 1, 6]])
  const folder = openFolder(data)
  const kinds = folder.series.read({ since: start }).markers.map(({ kind }) => kind)
  folder.close()
  assert.deepEqual(kinds, ['start', 'deployment'])
})

test('an error beside the sampling is reported once, and stops neither samples nor alerts', async () => {
  const data = scratchFolder('monitor')
  const reports: string[] = []
  const messages: string[] = []
  const fail = (): never => {
    throw new Error('broken')
  }
  const { live, monitor, sample } = await monitored(
    shop,
    data,
    {},
    {
      onReport: report => reports.push(report),
      reported: fail,
      receivers: [{ alertChanged: fail }, { alertChanged: ({ cause }, change) => messages.push(`${change} ${cause}`) }],
      thresholds: { ...defaultThresholds, diskPageBytes: 2 ** 60, diskTicketBytes: 2 ** 60 },
    },
  )
  monitor.subscribe(fail)
  for (let i = 0; i < 6; i++) await sample()
  assert.deepEqual(messages, ['opened disk'])
  assert.deepEqual(reports.toSorted(), [
    'alerts: the lag of sources cannot be judged: broken',
    'monitoring: a listener of samples failed: broken',
    'monitoring: a receiver of alerts failed: broken',
  ])
  await live.stop()
})

test('a disk that hangs is measured once at a time, delays a sample by its deadline and has no reading', async () => {
  let measured = 0
  const hang = () => (measured++, new Promise<never>(() => {}))
  const disk = new DiskReading(
    scratchFolder('monitor'),
    () => start,
    hang,
    (_, expire) => (queueMicrotask(expire), { stop: () => {} }),
  )
  for (let i = 0; i < 3; i++) await disk.refresh()
  assert.deepEqual([measured, [...disk.read()]], [1, []])
})

/** A monitored run with one condition at `severity`, and its notices of alerts. */
async function troubled(severity: 'page' | 'ticket') {
  const trouble = { severity }
  const notices: string[] = []
  const subject = { kind: 'source', name: 'payments' } as const
  const running = await monitored(
    shop,
    scratchFolder('monitor'),
    {},
    {
      reported: () => [{ cause: 'lag', subject, severity: trouble.severity, summary: 'source payments falls behind' }],
      receivers: [{ alertChanged: (alert, change) => notices.push(`${change} ${alert.severity}`) }],
    },
  )
  const samples = async (count: number) => {
    for (let i = 0; i < count; i++) await running.sample()
  }
  await samples(5)
  const silence = (minutes: number) => {
    const [{ id }] = running.monitor.alerts
    return running.monitor.editAlert({ id, change: 'silence', until: running.time.now + minutes * 60_000 }, 'ann')
  }
  return { ...running, trouble, notices, samples, silence }
}

test('an alert that fires at the end of its silence has opened, once', async () => {
  const { live, notices, samples, silence } = await troubled('page')
  await silence(2)
  await samples(11)
  assert.deepEqual(notices, ['opened page'])
  await samples(8)
  assert.deepEqual(notices, ['opened page', 'opened page'])
  await live.stop()
})

test('a silenced ticket that becomes a page is heard, a silenced page is not', async () => {
  const ticket = await troubled('ticket')
  await ticket.silence(60)
  ticket.trouble.severity = 'page'
  await ticket.samples(2)
  assert.deepEqual(ticket.notices, ['opened ticket', 'raised page'])
  await ticket.silence(60)
  await ticket.monitor.editAlert({ id: ticket.monitor.alerts[0].id, change: 'acknowledge' }, 'ann')
  assert.equal(ticket.notices.length, 2)
  await ticket.live.stop()
})
