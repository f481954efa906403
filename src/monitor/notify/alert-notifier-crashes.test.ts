/** Random lives of alerts through failures of a receiver and crashes of the process. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alertOf, resolvedAfter } from '../../../test/monitor/alerts.ts'
import { memoryReceiver, MemoryStore, notifierOf } from '../../../test/monitor/notifiers.ts'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import type { Alert, AlertChange } from '../alerts/alert.ts'

const HOUR = 3_600_000
const DOWN = { kind: 'failed', why: 'status 500' } as const
const UP = { kind: 'acknowledged' } as const

/** A page that an alert explains. */
const further = { cause: 'lag', subject: { kind: 'source', name: 'payments' }, severity: 'page', summary: 'falls behind' } as const

/** The alert's changes in a random life, in order. Times of the records are set when they happen. */
function randomLife(draw: () => number): AlertChange[] {
  const changes: AlertChange[] = ['opened']
  if (draw() < 0.5) changes.push('raised')
  if (draw() < 0.5) changes.push('extended')
  if (draw() < 0.5) changes.push('acknowledged')
  if (draw() < 0.8) changes.push('resolved')
  return changes
}

function afterChange(alert: Alert, change: AlertChange, now: number): Alert {
  if (change === 'opened') return { ...alert, opened: now }
  if (change === 'raised') return { ...alert, severity: 'page' }
  if (change === 'extended') return { ...alert, inhibited: [{ ...further, since: now }] }
  if (change === 'acknowledged') return { ...alert, acknowledged: { by: 'ann', at: now } }
  return { ...alert, state: 'resolved', resolved: now }
}

test('through failures and crashes every opening and end arrives in order, under one id, and pages are not lost', async t => {
  let crashes = 0
  let repeats = 0
  for (let seed = 1; seed <= 30; seed++) {
    const draw = random(seed)
    const store = new MemoryStore()
    const receiver = memoryReceiver(() => (draw() < 0.4 ? DOWN : UP))
    const lives = Array.from({ length: 6 }, () => randomLife(draw))
    const rest = lives.map(life => [...life])
    const present = new Map<string, Alert>()
    let current = notifierOf([receiver.opened()], store)
    current.notifier.start([])
    await current.settle()
    for (;;) {
      const alive = rest.flatMap((life, i) => (life.length > 0 ? [i] : []))
      if (alive.length === 0) break
      const i = alive[Math.floor(draw() * alive.length)]
      const change = rest[i].shift()!
      const id = `alert-${i}`
      const severity = lives[i].includes('raised') ? 'ticket' : 'page'
      const general = { cause: 'disk', subject: { kind: 'pipeline', name: 'shop' } } as const
      const changed = afterChange(present.get(id) ?? alertOf({ id, severity, ...general }), change, current.time.clock())
      present.set(id, changed)
      current.change(changed, change)
      if (draw() < 0.5) await current.pass(1 + Math.floor(draw() * 5000))
      if (draw() > 0.3) continue
      current.crash()
      crashes++
      current = notifierOf([receiver.opened()], store, current.time)
      for (const alert of present.values()) current.alerts.set(alert.id, alert)
      current.notifier.start([...present.values()])
      await current.settle()
    }
    await current.pass(HOUR)
    for (const [i, life] of lives.entries()) {
      const deliveries = receiver.deliveries.filter(({ key }) => key === `alert-${i}`)
      const kindOfId = new Map(deliveries.map(({ id, body }) => [id, (JSON.parse(body) as { type: string }).type.slice('alert.'.length)]))
      repeats += deliveries.length - kindOfId.size
      const kinds = [...kindOfId.values()]
      const context = `seed ${seed}: ${kinds.join(', ')} for ${life.join(', ')}`
      assert.equal(kinds[0], 'opened', context)
      assert.equal(kinds.filter(kind => kind === 'opened').length, 1, context)
      assert.equal(kinds.includes('resolved'), life.includes('resolved'), context)
      if (life.includes('resolved')) assert.equal(kinds.at(-1), 'resolved', context)
      const isListed = deliveries.some(({ body }) => body.includes(further.summary))
      assert.equal(isListed, life.includes('extended'), `each page that an alert explains: ${context}`)
      const pages = deliveries.filter(({ body }) => (JSON.parse(body) as { data: { alert: Alert } }).data.alert.severity === 'page')
      assert.ok(pages.length > 0, `told as a page: ${context}`)
    }
    await current.notifier.stop()
  }
  t.diagnostic(`${crashes} crashes, ${repeats} notifications repeated under their ids`)
  assert.ok(crashes > 50 && repeats > 0)
})

/** A store whose writes do not end while it hangs. */
class HangingStore extends MemoryStore {
  isHanging = false

  override write(name: string, text: string): Promise<void> {
    return this.isHanging ? new Promise(() => {}) : super.write(name, text)
  }
}

test('the end of an alert waits until its opening is stored, so that a crash does not repeat the opening behind the end', async () => {
  const [store, receiver, alert] = [new HangingStore(), memoryReceiver(), alertOf()]
  const first = notifierOf([receiver.opened()], store)
  first.notifier.start([])
  await first.settle()
  store.isHanging = true
  const resolved = resolvedAfter(alert, 9)
  first.change(alert, 'opened')
  await first.settle()
  first.change(resolved, 'resolved')
  await first.settle()
  assert.deepEqual(receiver.kinds(), ['opened'])
  first.crash()
  store.isHanging = false
  const second = notifierOf([receiver.opened()], store, first.time)
  second.notifier.start([resolved])
  await second.settle()
  assert.deepEqual(receiver.kinds(), ['opened', 'opened', 'resolved'])
  assert.equal(new Set(receiver.deliveries.map(({ id }) => id)).size, 2)
  await second.notifier.stop()
})

test('the end of an alert waits no longer than NOTIFICATION_STORE_MS for a store that hangs', async () => {
  const [store, receiver, alert] = [new HangingStore(), memoryReceiver(), alertOf()]
  const { notifier, change, pass, settle } = notifierOf([receiver.opened()], store)
  notifier.start([])
  await settle()
  store.isHanging = true
  change(alert, 'opened')
  await settle()
  change(resolvedAfter(alert, 9), 'resolved')
  await pass(limits.NOTIFICATION_STORE_MS - 1)
  assert.deepEqual(receiver.kinds(), ['opened'])
  await pass(1)
  assert.deepEqual(receiver.kinds(), ['opened', 'resolved'])
})
