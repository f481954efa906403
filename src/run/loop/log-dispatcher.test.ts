/** Decisions and dead letters to a destination: at least once each, in order by key, through failures, stops and crashes. */
import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { before, test } from 'node:test'
import * as fc from 'fast-check'
import { handTimers } from '../../../test/action/receiver.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { openRecordDestinations } from '../../action/open-destinations.ts'
import { pause, yieldToEventLoop } from '../../base/clock.ts'
import { random } from '../../base/random.ts'
import { ACKNOWLEDGED, type Delivery, type DeliveryOutcome, type Destination } from '../../define/action/destination.ts'
import { destination } from '../../define/action/effect.ts'
import { answer, entity, env, model, on, pipeline, rules, source, t, type Effect } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { readDataFolder } from '../../log/sqlite/data-folder.ts'
import type { NumberedDecisionBatch } from '../../log/sqlite/reader.ts'
import { recordedDecisions } from '../decide/recorded-decision.ts'
import { LogDispatcher } from './log-dispatcher.ts'
import { decisionFeed } from './record-feeds.ts'
import { LiveRun, type LiveRunOptions } from './live-run.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.double(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const fraud = model('fraud', { decide: on(payments), inputs: p => ({ amount: p.amount }), score: () => rules([], 0.5) })
const shop = pipeline('shop', [fraud])
const start = Date.parse('2026-01-01T00:00Z')

const failTest = (error: unknown): void => assert.fail(error as Error)

let lastId = 0
const pay = (...cards: readonly string[]) => recordBatchOf(cards.map(of => ({ id: String(++lastId), card: of, amount: lastId, at: start })))

/** A destination that remembers what it acknowledged. */
function memory() {
  const delivered: Delivery[] = []
  const destination: Destination = {
    concurrency: 4,
    deliver: async delivery => {
      delivered.push(delivery)
      return ACKNOWLEDGED
    },
    close: async () => {},
  }
  return { delivered, route: { name: 'memory', destination } }
}

/** Runs in a folder, submits payments, and stops. */
async function runWith(data: string, options: LiveRunOptions, ...cards: readonly string[]): Promise<void> {
  const running = await LiveRun.open(shop, data, options)
  await running.run.submit('payments', pay(...cards))
  await running.whenIdle()
  await running.stop()
}

/** The decisions of a folder as lines of `--decisions`. */
function recordedLines(data: string): string[] {
  const reader = readDataFolder(data)
  const lines = [...reader.decisionsFrom('fraud', 0)].flatMap(({ bytes }) =>
    [...recordedDecisions(bytes)].map(decision => JSON.stringify(decision)),
  )
  reader.close()
  return lines
}

test('each decision is delivered once it is durable, and the next run continues, also with those that were made without it', async () => {
  const data = scratchFolder('decisions')
  const { delivered, route } = memory()
  await runWith(data, {}, 'before')
  await runWith(data, { decisions: route }, 'a', 'b', 'a')
  await runWith(data, {}, 'c')
  await runWith(data, { decisions: route }, 'd')
  const lines = recordedLines(data).slice(1)
  assert.deepEqual(delivered.map(({ body }) => body).sort(), [...lines].sort())
  assert.deepEqual([...new Set(delivered.map(({ key }) => key))], ['"a"', '"b"', '"c"', '"d"'])
  assert.equal(new Set(delivered.map(({ id }) => id)).size, 5)
  for (const { id, action, attempt } of delivered) {
    assert.match(id, /^shop\/decisions\/[\w-]+\/\d+\.\d+$/)
    assert.deepEqual([action, attempt], [undefined, 1])
  }
})

test('a destination that throws, hangs or resolves with nothing gets the decision again, and what it rejects for good is reported', async () => {
  const { delivered, route } = memory()
  const faults: (() => Promise<DeliveryOutcome>)[] = [
    () => assert.fail('at once'),
    () => new Promise(() => {}),
    async () => undefined as never,
    async () => ({ kind: 'failed', why: 'busy', retryAfterMs: 1 }),
  ]
  const deliver: Destination['deliver'] = delivery => {
    if (delivery.key === '"poison"') return Promise.resolve({ kind: 'failed', why: 'too large', final: true })
    return faults.shift()?.() ?? route.destination.deliver(delivery)
  }
  const reports: string[] = []
  const decisions = { name: 'kafka', destination: { ...route.destination, concurrency: 1, deliver }, timeoutMs: 5 }
  const data = scratchFolder('faulty')
  const running = await LiveRun.open(shop, data, { decisions, after: (_ms, act) => handAfter(act), onReport: text => reports.push(text) })
  await running.run.submit('payments', pay('a', 'poison', 'a', 'b'))
  while (delivered.length < 3) await pause(1)
  await running.whenIdle()
  await running.stop()
  assert.deepEqual(delivered.map(({ key }) => key).sort(), ['"a"', '"a"', '"b"'])
  const ofA = delivered.filter(({ key }) => key === '"a"').map(({ body }) => (JSON.parse(body) as { entry: number }).entry)
  assert.ok(ofA[0] < ofA[1], 'in order')
  assert.ok(reports.some(text => /^decision shop\/\S+ is left out: too large$/.test(text)))
  const broken = "destination 'kafka' of the decisions broke clause 'rejection' of its contract "
  assert.ok(
    reports.some(text => text.includes(`${broken}(deliver never throws or rejects): at once`)),
    reports.join('\n'),
  )
})

test('the first start of a log commits its last batch at once, since decisions that are durable before it would be skipped', async () => {
  const commits: number[] = []
  const dispatcher = new LogDispatcher({
    route: memory().route,
    prefix: 'log',
    feed: decisionFeed({
      decisionsAfter: () => undefined,
      decisionNumbers: () => ({ first: recorded[0].number, last: recorded.at(-1)!.number }),
      close: () => {},
    }),
    committedBatch: undefined,
    commit: async batch => void commits.push(batch),
    random: random(1),
    after: handTimers().after,
    onReport: () => {},
    onFailure: failTest,
    settleMs: 10_000,
  })
  dispatcher.start()
  assert.deepEqual(commits, [recorded.at(-1)!.number])
  await dispatcher.stop()
})

test('decisions of a first run that is killed as soon as they are durable are delivered by the next one', async () => {
  const data = scratchFolder('killed')
  await runWith(data, {}, 'before')
  const late = Promise.withResolvers<DeliveryOutcome>()
  const silent: Destination = { ...memory().route.destination, deliver: () => late.promise }
  const killed = await LiveRun.open(shop, data, { decisions: { name: 'memory', destination: silent } })
  await killed.run.submit('payments', pay('a', 'b'))
  const left = scratchFolder('left')
  cpSync(data, left, { recursive: true })
  const { delivered, route } = memory()
  await runWith(left, { decisions: route }, 'c')
  assert.deepEqual(delivered.map(({ key }) => key).sort(), ['"a"', '"b"', '"c"'])
  late.resolve(ACKNOWLEDGED)
  await killed.stop()
})

/** A timer that passes in the next turn of the event loop. */
function handAfter(act: () => void): { stop(): void } {
  let isStopped = false
  setImmediate(() => !isStopped && act())
  return { stop: () => void (isStopped = true) }
}

test('decisions go to a destination, a webhook, a file or standard output, and to nothing else', async () => {
  const own = destination({ name: 'kafka', settings: { topic: env('TOPIC') }, open: () => memory().route.destination })
  const opened = await openRecordDestinations({ decisions: own, deadLetters: own }, { TOPIC: 'decisions' })
  for (const { name, timeoutMs } of [opened.decisions!, opened.deadLetters!]) assert.deepEqual([name, timeoutMs], ['kafka', 30_000])
  await assert.rejects(openRecordDestinations({ decisions: own }, {}), {
    code: 'SPILL_INPUT',
    message: /^destination 'kafka' of the decisions: topic is env\('TOPIC'\)/,
  })
  for (const wrong of [answer(true), (() => {}) as unknown as Effect])
    await assert.rejects(openRecordDestinations({ decisions: wrong }, {}), {
      code: 'SPILL_DEFINITION',
      message: /^decisions go to destination\(\{ … \}\), webhook/,
    })
})

const recorded: NumberedDecisionBatch[] = []

before(async () => {
  const data = scratchFolder('batches')
  const running = await LiveRun.open(shop, data)
  for (const cards of ['aab', 'b', 'ccca', 'abc', 'd', 'aaaa']) await running.run.submit('payments', pay(...cards.split('')))
  await running.stop()
  const reader = readDataFolder(data)
  for (let batch = reader.decisionsAfter(0); batch; batch = reader.decisionsAfter(batch.number))
    recorded.push({ ...batch, bytes: batch.bytes.slice() })
  reader.close()
})

test('through random failures, stops and crashes every decision arrives, in order by key', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.integer({ min: 1, max: 4 }),
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      async (seed, concurrency, failing) => {
        const chance = random(seed)
        const acknowledged: Delivery[] = []
        let committed: number | undefined = 0
        for (let life = 0; life < 20; life++) {
          const isLast = life === 19
          const arrived: Delivery[] = []
          let inFlight = 0
          let isDead = false
          const deliver = async (delivery: Delivery): Promise<DeliveryOutcome> => {
            assert.ok(++inFlight <= concurrency, 'more in flight than the destination allows')
            for (let i = Math.floor(chance() * 3); i > 0; i--) await yieldToEventLoop()
            inFlight--
            if (isDead) return { kind: 'failed', why: 'the process is gone' }
            if (!isLast && chance() < failing) return { kind: 'failed', why: 'busy' }
            arrived.push(delivery)
            return ACKNOWLEDGED
          }
          const dispatcher = new LogDispatcher({
            route: { name: 'memory', destination: { concurrency, deliver, close: async () => {} } },
            prefix: 'shop/decisions/log',
            feed: {
              ...decisionFeed({
                decisionsAfter: number => recorded.find(batch => batch.number > number),
                decisionNumbers: () => ({ first: recorded[0].number, last: recorded.at(-1)!.number }),
                close: () => {},
              }),
              heldMax: 2,
            },
            committedBatch: committed,
            commit: async batch => {
              if (!isDead) committed = batch
            },
            random: chance,
            after: (_ms, act) => handAfter(act),
            onReport: () => {},
            onFailure: failTest,
          })
          dispatcher.start()
          if (isLast) while (!dispatcher.isIdle) await pause(1)
          else for (let i = Math.floor(chance() * 20); i > 0; i--) await yieldToEventLoop()
          const isCrash = !isLast && chance() < 0.5
          isDead = isCrash
          await dispatcher.stop()
          checkOrder(arrived)
          if (!isCrash) checkArrived(committed, [...acknowledged, ...arrived])
          acknowledged.push(...arrived)
        }
        assert.equal(committed, recorded.at(-1)!.number)
        checkArrived(committed, acknowledged)
      },
    ),
    { numRuns: 10 },
  )
})

/** In one life, the decisions of a key arrive in the order in which they were recorded, each once. */
function checkOrder(arrived: readonly Delivery[]): void {
  const place = ({ id }: Delivery): number => {
    const [batch, row] = id
      .slice(id.lastIndexOf('/') + 1)
      .split('.')
      .map(Number)
    return batch * 1000 + row
  }
  for (const ofKey of Map.groupBy(arrived, ({ key }) => key).values())
    ofKey.forEach((delivery, i) => assert.ok(i === 0 || place(ofKey[i - 1]) < place(delivery), 'out of order, or twice'))
}

/** Everything up to the committed batch has arrived. */
function checkArrived(committed: number, arrived: readonly Delivery[]): void {
  const ids = new Set(arrived.map(({ id }) => id))
  for (const { number, count } of recorded.filter(batch => batch.number <= committed))
    for (let row = 0; row < count; row++) assert.ok(ids.has(`shop/decisions/log/${number}.${row}`), `${number}.${row} is lost`)
}

test('a gap of decisions that the log has forgotten is reported', async () => {
  const timers = handTimers()
  const reports: string[] = []
  const dispatcher = new LogDispatcher({
    route: memory().route,
    prefix: 'log',
    feed: decisionFeed({
      decisionsAfter: number => recorded.find(batch => batch.number > Math.max(number, recorded[1].number)),
      decisionNumbers: () => ({ first: recorded[2].number, last: recorded.at(-1)!.number }),
      close: () => {},
    }),
    committedBatch: 0,
    commit: async () => {},
    random: random(1),
    after: timers.after,
    onReport: text => reports.push(text),
    onFailure: failTest,
  })
  dispatcher.start()
  while (!dispatcher.isIdle) await pause(1)
  await dispatcher.stop()
  assert.deepEqual(reports, ["destination 'memory' of the decisions: the log has forgotten decisions that were not yet delivered"])
})
