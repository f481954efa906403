/** Events into a gate over HTTP: answered as by a run, durable once acknowledged, and each once through faults and kills. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterWith, gateOf, rawTopic } from '../../../test/gate/memory-gate.ts'
import type { RequestFate, TransactionCluster } from '../../../test/gate/transaction-cluster.ts'
import { caller } from '../../../test/serve/caller.ts'
import { hooks, open, pay, payments, shop, start } from '../../../test/serve/shop.ts'
import { yieldToEventLoop } from '../../base/clock.ts'
import { random } from '../../base/random.ts'
import { named } from '../../client/named.ts'
import type { GateOptions } from '../../gate/gate.ts'
import { type KafkaDriver, KafkaError } from '../../kafka/port/driver.ts'
import { gatePlugin } from '../gate-plugin.ts'
import { newServer } from '../server.ts'
import { sweep } from '../../../test/sweep.ts'

const sources = { payments: payments.ir, hooks: hooks.ir }

/** A gate with its server. */
async function openGate(openDriver: () => KafkaDriver, options: Partial<GateOptions> = {}) {
  const stop = new AbortController()
  const gate = gateOf(openDriver, { once: false, source: payments.ir, clock: () => start, ...options })
  const app = newServer()
  await app.register(gatePlugin, { gate })
  const running = gate.run(stop.signal).catch((error: unknown) => error)
  const post = async (body: string, type = 'application/json', name = gate.source.name) => {
    const { statusCode, body: answer } = await app.inject({
      method: 'POST',
      url: `/sources/${name}/events`,
      headers: { 'content-type': type },
      body,
    })
    return [statusCode, JSON.parse(answer) as Record<string, unknown>] as const
  }
  return {
    app,
    gate,
    post,
    async untilReady() {
      while (gate.problem !== undefined) await yieldToEventLoop()
    },
    async close() {
      stop.abort()
      await running
      await app.close()
    },
  }
}

const valuesOf = (cluster: TransactionCluster, topic: string, partitions = 2): unknown[] =>
  Array.from({ length: partitions }, (_, partition) => cluster.committed(topic, partition).map(({ record }) => String(record.value))).flat()

const NDJSON = 'application/x-ndjson'
const hook = (id: string, cards: readonly string[]) => JSON.stringify({ id, data: { cards, at: start } })
/** Bodies in order: a later one may repeat or contradict an earlier one. */
const bodies = {
  payments: [
    [JSON.stringify(pay(1))],
    [JSON.stringify(pay(1))],
    [JSON.stringify(pay(1, 'c', '2.00'))],
    [JSON.stringify({ ...pay(2), card: null })],
    [JSON.stringify({ ...pay(2), colour: 'red' })],
    [JSON.stringify({ ...pay(2), at: start + 1e9 })],
    [JSON.stringify([pay(3), pay(3), pay(4, 'd'), 7, pay(3, 'c', 9), { ...pay(5), amount: -1 }])],
    ['[]'],
    ['{"id":'],
    ['no json'],
    [''],
    [[JSON.stringify(pay(6)), 'no json', '', JSON.stringify(pay(7, 'e')), JSON.stringify(pay(6))].join('\n'), NDJSON],
    ['x', 'text/plain'],
  ],
  hooks: [[hook('a', ['c'])], [hook('a', ['c'])], [hook('b', [])], ['{"id":"c"}'], [`[${hook('d', ['c', 'c'])},7]`]],
} as const

for (const name of ['payments', 'hooks'] as const)
  test(`events of ${name} get the answers of a run, without a sequence number`, async () => {
    const cluster = clusterWith([])
    const served = await openGate(() => cluster.driver(), { source: sources[name], map: shop.maps.get(name) })
    const run = await open()
    try {
      await served.untilReady()
      for (const [body, type = 'application/json'] of bodies[name] as readonly (readonly [string, string?])[]) {
        const answer = await run.app.inject({
          method: 'POST',
          url: `/sources/${name}/events`,
          headers: { 'content-type': type },
          body,
        })
        const { sequence: _, ...expected } = JSON.parse(answer.body) as Record<string, unknown>
        assert.deepEqual(await served.post(body, type), [answer.statusCode, expected], body)
      }
      const { accepted, duplicates, rejected } = run.run.counts.totals
      assert.deepEqual(served.gate.counts, { accepted, duplicates, rejected })
      assert.ok(accepted > 0 && duplicates > 0 && rejected > 0)
    } finally {
      await served.close()
      await run.close()
    }
  })

test('an event is in the partition of its key', async () => {
  const cluster = clusterWith([], 5)
  const served = await openGate(() => cluster.driver())
  await served.untilReady()
  const all = Array.from({ length: 30 }, (_, i) => pay(i, `c${i}`))
  const [status, counts] = await served.post(JSON.stringify(all))
  assert.deepEqual([status, counts], [200, { accepted: 30, duplicates: 0, rejected: 0 }])
  assert.equal(valuesOf(cluster, 'checked', 5).length, 30)
  assert.ok([0, 1, 2, 3, 4].every(partition => cluster.committed('checked', partition).length > 0))
  await served.close()
})

test('a gate that decides nothing takes no events', async () => {
  const cluster = clusterWith([])
  const served = await openGate(() => cluster.driver())
  const [status, { code, message }] = await served.post(JSON.stringify(pay(1)))
  assert.deepEqual([status, code], [503, 'SPILL_OVERLOAD'])
  assert.match(String(message), /the request was not processed, send it again$/)
  assert.deepEqual(valuesOf(cluster, 'raw'), [])
  await served.untilReady()
  assert.equal((await served.post(JSON.stringify(pay(1))))[0], 200)
  await served.close()
})

test('an event that is not decided in time is unknown, and a duplicate when it is sent again', async () => {
  const cluster = clusterWith([], 1)
  const served = await openGate(() => cluster.driver(), { decisionMs: 1 })
  await served.untilReady()
  // A producer's open transaction in the raw topic holds back what follows it.
  const epoch = cluster.init('producer')
  cluster.add('producer', epoch, [{ topic: 'raw', partition: 0, key: 'c', value: JSON.stringify(pay(1)), headers: {}, timestamp: 0 }])
  const [status, { code, mayBePartial }] = await served.post(JSON.stringify(pay(2)))
  assert.deepEqual([status, code, mayBePartial], [503, 'SPILL_SOURCE', true])
  assert.equal(served.gate.intake.waiting, 0)
  cluster.end('producer', epoch, 'committed')
  while (served.gate.counts.accepted < 2) await yieldToEventLoop()
  await served.close()
  const next = await openGate(() => cluster.driver())
  await next.untilReady()
  assert.deepEqual(await next.post(JSON.stringify(pay(2))), [200, { accepted: 0, duplicates: 1, rejected: 0 }])
  await next.close()
})

test('a client sends events without ids again only while the gate has sent none of them', async () => {
  const cluster = clusterWith([], 1)
  // A producer's open transaction holds back what follows it: no event is decided.
  const epoch = cluster.init('producer')
  cluster.add('producer', epoch, [{ topic: 'raw', partition: 0, key: 'c', value: JSON.stringify(pay(1)), headers: {}, timestamp: 0 }])
  const { id: _, ...withoutIds } = payments.ir
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const openDriver = (): KafkaDriver => {
    const driver = cluster.driver()
    const describe = driver.describe.bind(driver)
    return Object.assign(driver, { describe: (topic: string) => begun.then(() => describe(topic)) })
  }
  const served = await openGate(openDriver, { source: withoutIds, decisionMs: 1 })
  const { api, requests, next } = caller({ url: await served.app.listen({ host: '127.0.0.1', port: 0 }) })
  next.push(
    go => go(),
    async go => {
      begin()
      await served.untilReady()
      return go()
    },
  )
  const sending = api.send(named<typeof payments>('payments'), [pay(2)])
  await assert.rejects(sending, { status: 503, code: 'SPILL_SOURCE', mayBePartial: true, from: 0 })
  assert.equal(requests.length, 2)
  cluster.end('producer', epoch, 'committed')
  // The answer comes after 1 ms, which may be before the broker has the record.
  while (valuesOf(cluster, 'raw', 1).length < 2) await yieldToEventLoop()
  assert.deepEqual(
    valuesOf(cluster, 'raw', 1).map(value => (JSON.parse(String(value)) as { id: string }).id),
    ['1', '2'],
  )
  await served.close()
})

test('a record that the raw topic does not take is 413, and the others of its batch are durable', async () => {
  const cluster = clusterWith([])
  const openDriver = (): KafkaDriver => {
    const driver = cluster.driver()
    return Object.assign(driver, {
      send: async (topic: string, records: Parameters<KafkaDriver['send']>[1]) => {
        if (records.some(({ value }) => value.length > 200)) throw new KafkaError('oversized', 'too large')
        await Object.getPrototypeOf(driver).send.call(driver, topic, records)
      },
    })
  }
  const served = await openGate(openDriver)
  await served.untilReady()
  const long = pay('x'.repeat(200))
  const [status, { code, mayBePartial }] = await served.post(JSON.stringify([pay(1), long, pay(2)]))
  assert.deepEqual([status, code, mayBePartial], [413, 'SPILL_LIMIT', true])
  const [, alone] = await served.post(JSON.stringify(long))
  assert.deepEqual([alone['code'], alone['mayBePartial']], ['SPILL_LIMIT', undefined])
  const [lineStatus, lines] = await served.post(`${JSON.stringify(pay(1))}\n${JSON.stringify(long)}\n`, NDJSON)
  assert.deepEqual([lineStatus, lines['code'], lines['mayBePartial']], [413, 'SPILL_LIMIT', true])
  while (served.gate.counts.accepted < 2) await yieldToEventLoop()
  await served.close()
})

test('a raw topic of another format takes no events over HTTP', async () => {
  const cluster = clusterWith([])
  const served = await openGate(() => cluster.driver(), { raw: { ...rawTopic(() => cluster.driver()), takesJson: false } })
  await served.untilReady()
  const [status, { code, message }] = await served.post(JSON.stringify(pay(1)))
  assert.deepEqual([status, code], [400, 'SPILL_UNSUPPORTED'])
  assert.match(String(message), /another format than JSON, or columns from keys and headers/)
  await served.close()
})

const fates: readonly RequestFate[] = ['lost', 'unanswered', 'late']

/** Posts each body until it is acknowledged, with gates that are killed and replaced on the way. Returns how often one was answered 503. */
async function postThrough(cluster: TransactionCluster, all: readonly string[], chance: () => number): Promise<number> {
  let isCalm = false
  cluster.fateOf = () => {
    if (cluster.late.length > 0 && chance() < 0.3) cluster.late.splice(Math.floor(chance() * cluster.late.length), 1)[0]()
    return isCalm || chance() > 0.1 ? 'ok' : fates[Math.floor(chance() * fates.length)]
  }
  let unknown = 0
  let next = 0
  for (let life = 0; next < all.length; life++) {
    isCalm = life > 40
    const served = await openGate(() => cluster.driver())
    // One that fails at its start, or begins anew, is replaced.
    for (let turns = 0; served.gate.problem !== undefined && turns < 300; turns++) await yieldToEventLoop()
    const kill = Math.floor(chance() * 200)
    const killed = new AbortController()
    const killing = (async () => {
      for (let turns = 0; turns < kill; turns++) await yieldToEventLoop()
      killed.abort()
      await served.close()
    })()
    while (next < all.length && !killed.signal.aborted) {
      const [status] = await served.post(all[next]).catch(() => [503] as const)
      if (status === 503) unknown++
      else next++
      if (status === 503) break
    }
    await killing
  }
  for (const late of cluster.late.splice(0)) late()
  isCalm = true
  await gateOf(() => cluster.driver(), { source: payments.ir, clock: () => start }).run(new AbortController().signal)
  return unknown
}

test('through faults, kills and retries each acknowledged event is there once, and each rejected record at least once', async () => {
  let unknown = 0
  for (let seed = 0; seed < sweep(5, 15); seed++) {
    const chance = random(seed)
    const cluster = clusterWith([], 2)
    const events = Array.from({ length: 12 }, (_, i) =>
      i % 5 === 4 ? JSON.stringify({ ...pay(i, `c${i}`), amount: -1 }) : JSON.stringify(pay(i, `c${i}`)),
    )
    unknown += await postThrough(cluster, events, chance)
    const ids = valuesOf(cluster, 'checked').map(value => (JSON.parse(value as string) as { id: string }).id)
    assert.deepEqual(
      ids.toSorted((a, b) => Number(a) - Number(b)),
      ['0', '1', '2', '3', '5', '6', '7', '8', '10', '11'],
      `seed ${seed}`,
    )
    const rejected = new Set(valuesOf(cluster, 'rejected'))
    assert.deepEqual(rejected, new Set([events[4], events[9]]), `seed ${seed}`)
  }
  assert.ok(unknown > sweep(5, 20), `${unknown} answers were 503`)
})
