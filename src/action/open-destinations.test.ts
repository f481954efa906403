/** A user's own destination, from its definition to a dispatcher: settings, faults of `open`, and a pipeline that delivers to it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bench, effect } from '../../test/action/dispatching.ts'
import { handTimers } from '../../test/action/receiver.ts'
import { rejects } from '../../test/rejects.ts'
import { pause } from '../base/clock.ts'
import { ACKNOWLEDGED, type Delivery, type Destination } from '../define/action/destination.ts'
import { destination } from '../define/action/effect.ts'
import { action, appendTo, entity, env, model, on, pipeline, rules, source, t, type Effect } from '../index.ts'
import { openDestination, closeDestinations, openActionDestinations } from './open-destinations.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, amount: t.double(), at: t.timestamp() }, key: 'card', time: 'at' })
const fraud = model('fraud', { decide: on(payments), inputs: p => ({ amount: p.amount }), score: () => rules([], 0.9) })
const shopOf = (...effects: Effect[]) =>
  pipeline(
    'shop',
    effects.map((effect, i) => action(`page${i}`, { when: fraud.score.gte(0.5), do: effect })),
  )

const healthy: Destination = { concurrency: 2, deliver: async () => ACKNOWLEDGED, close: async () => {} }

test('a destination is opened with the texts of its settings, which are part of the fingerprint', async () => {
  const opened: unknown[] = []
  const kafka = (topic: string) =>
    destination({
      name: 'kafka',
      settings: { topic, password: env('PASSWORD') },
      attempts: 3,
      timeout: '2s',
      open: settings => {
        opened.push(settings)
        return healthy
      },
    })
  const shop = shopOf(kafka('alerts'))
  assert.deepEqual(shop.ir.actions![0].do, {
    kind: 'destination',
    name: 'kafka',
    settings: { topic: { kind: 'value', value: 'alerts' }, password: { kind: 'env', name: 'PASSWORD' } },
    timeout: 2000,
    attempts: 3,
  })
  assert.notEqual(shop.fingerprint, shopOf(kafka('others')).fingerprint)
  const [route] = await openActionDestinations(shop, { PASSWORD: 'hunter2' })
  assert.deepEqual(opened, [{ topic: 'alerts', password: 'hunter2' }])
  assert.deepEqual(route, { action: 'page0', name: 'kafka', destination: healthy, timeoutMs: 2000, attempts: 3 })
  await assert.rejects(openActionDestinations(shop, {}), {
    code: 'SPILL_INPUT',
    message: "destination 'kafka' of action 'page0': password is env('PASSWORD'), which is not set; export it first",
  })
})

test('a definition that does not fit is rejected where it is written', () => {
  const of = (options: object) => () => destination({ name: 'kafka', open: () => healthy, ...options })
  rejects(of({ name: '' }), /^destination '' is no name/)
  rejects(of({ open: 'kafka' }), "destination 'kafka' needs open: settings => ({ concurrency, deliver, close }), got 'kafka'")
  rejects(of({ settings: 'topic' }), /^destination 'kafka': settings are \{ name: value \}, got 'topic'$/)
  rejects(of({ settings: { topic: 7 } }), /^destination 'kafka': topic is a text or env\('NAME'\), got 7$/)
  rejects(of({ timeout: 'soon' }), /^destination 'kafka': timeout: 'soon' is no duration/)
  rejects(of({ timeout: '2h' }), /^destination 'kafka': timeout is at most 3600000 ms \(DESTINATION_MS_MAX\), got '2h'$/)
  rejects(of({ attempts: 0 }), /^destination 'kafka': attempts is a number from 1, got 0$/)
  rejects(of({ retries: 3 }), /^destination has no option 'retries'/)
})

test('a destination that does not open is an error that names it, and those that did are closed', async () => {
  let closed = 0
  const good = destination({ name: 'good', open: () => ({ ...healthy, close: async () => void closed++ }) })
  const cases: readonly (readonly [open: () => unknown, message: RegExp])[] = [
    [() => assert.fail('no broker'), /^destination 'kafka' of action 'page1' cannot be opened: no broker$/],
    [() => Promise.reject(new Error('no broker')), /^destination 'kafka' of action 'page1' cannot be opened: no broker$/],
    [() => undefined, /^destination 'kafka' of action 'page1' broke clause 'destination' of its contract \(a destination is an object/],
    [
      async () => ({ ...healthy, concurrency: 0 }),
      /broke clause 'concurrency' of its contract \(concurrency is a whole number from 1 to 1024\): got 0$/,
    ],
  ]
  for (const [open, message] of cases)
    await assert.rejects(openActionDestinations(shopOf(good, destination({ name: 'kafka', open: open as () => Destination })), {}), {
      code: 'SPILL_CONTRACT',
      message,
    })
  assert.equal(closed, cases.length)
  await closeDestinations(await openActionDestinations(shopOf(good, appendTo('never-written.ndjson')), {}))
  assert.equal(closed, cases.length + 1)
})

test('a destination that opens after its deadline is an error, and is closed when it opens', async () => {
  const timers = handTimers()
  const late = Promise.withResolvers<Destination>()
  const closed = Promise.withResolvers<void>()
  const definition = { kind: 'destination', name: 'kafka', settings: {}, timeout: 1500 } as const
  const opening = openDestination(definition, () => late.promise, "action 'page'", {}, timers.after)
  timers.fire()
  await assert.rejects(opening, {
    code: 'SPILL_CONTRACT',
    message: /^destination 'kafka' of action 'page' cannot be opened: it took longer than 1500ms$/,
  })
  late.resolve({ ...healthy, close: async () => closed.resolve() })
  await closed.promise
})

test('destinations that throw, reject, hang or resolve with nothing lose no effect and hold up no other action', async () => {
  const sent: Delivery[] = []
  const faults: Readonly<Record<string, Destination['deliver']>> = {
    throws: () => assert.fail('at once'),
    rejects: () => Promise.reject(new Error('later')),
    hangs: () => new Promise(() => {}),
    empty: async () => undefined as never,
    works: async delivery => {
      sent.push(delivery)
      return ACKNOWLEDGED
    },
  }
  const routes = Object.entries(faults).map(([name, deliver]) => ({
    action: name,
    name: 'own',
    destination: { ...healthy, deliver },
    attempts: 2,
    timeoutMs: 1000,
  }))
  const { dispatcher, add, moveTo, state, commits } = bench({ destinations: routes })
  dispatcher.start()
  const numbered = [...routes, ...routes].map(({ action: name }, i) => effect(i + 1, 'a', name))
  add(...numbered)
  const idle = async () => {
    for (let i = 0; i < 5; i++) await pause(0)
  }
  for (let at = 0; at < 60_000; at += 1000) {
    await idle()
    await moveTo(at)
  }
  await idle()
  const attempts = (name: string) => (name === 'works' ? ['delivered', 1] : ['dead', 2])
  assert.deepEqual(
    state(),
    numbered.map(({ number, action: name }) => [number, ...attempts(name)]),
  )
  assert.deepEqual(
    sent.map(({ id, key, attempt }) => [id, key, attempt]),
    [
      ['id5', 'a', 1],
      ['id10', 'a', 1],
    ],
  )
  const why = (number: number) =>
    commits.flatMap(({ effectChanges = [] }) => effectChanges).find(change => change.kind === 'dead' && change.number === number)
  assert.match(
    (why(3) as { why: string }).why,
    /^destination 'own' of action 'hangs' broke clause 'deadline' of its contract \(deliver ends by its deadline\): /,
  )
})
