import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { array, asyncProperty, assert as check, boolean, integer, record } from 'fast-check'
import { open, pay } from '../../../test/serve/shop.ts'
import { yieldToEventLoop } from '../../base/clock.ts'
import { IdShares } from './id-shares.ts'

const receiptOf = (accepted: number) => Promise.resolve({ accepted, duplicates: 0, rejected: 0, sequence: 0 })

test('for any submissions, all ids are released in time, and a client is rejected only for ids of its own', async () => {
  const step = record({
    client: integer({ min: 0, max: 3 }),
    records: integer({ min: 1, max: 30 }),
    duplicates: integer({ min: 0, max: 30 }),
    wait: integer({ min: 0, max: 40 }),
    fails: boolean(),
  })
  await check(
    asyncProperty(
      integer({ min: 20, max: 300 }),
      integer({ min: 1, max: 100 }),
      array(step, { maxLength: 80 }),
      async (max, keptMs, steps) => {
        const accepted: { client: number; count: number; at: number }[] = []
        let at = 0
        const since = (client: number | undefined, from: number): number =>
          accepted.reduce((sum, one) => (one.at >= from && (client ?? one.client) === one.client ? sum + one.count : sum), 0)
        const free = (): number => max - since(undefined, at - keptMs)
        const shares = new IdShares({ idRooms: () => [{ free: free(), keptMs, at }] })
        for (const { client, records, duplicates, wait, fails } of steps) {
          at += wait
          const [least, most] = [since(client, at - keptMs), since(client, at - keptMs - keptMs / 16)]
          try {
            const reserved = shares.reserve(String(client), 's', records)
            assert.ok(least + records <= 10 * free(), 'over its share')
            const count = fails ? 0 : Math.min(free(), Math.max(0, records - duplicates))
            accepted.push({ client, count, at })
            await reserved.until(fails ? Promise.reject(new Error('the run failed')) : receiptOf(count)).catch(() => {})
          } catch (error) {
            if (error instanceof assert.AssertionError) throw error
            assert.ok(most + records > 10 * free(), 'within its share')
          }
        }
      },
    ),
  )
})

test('a client whose ids fill its share of a source is rejected, and others are served', async () => {
  const shop = await open({ idsMax: 22 })
  after(() => shop.close())
  const send = (remoteAddress: string, from: number, count: number) =>
    shop.app.inject({
      method: 'POST',
      url: '/sources/payments/events',
      remoteAddress,
      payload: Array.from({ length: count }, (_, i) => pay(from + i)),
    })
  const statuses = []
  for (let i = 0; i < 12; i++) statuses.push((await send('10.0.0.1', 2 * i, 2)).statusCode)
  assert.deepEqual(statuses, [...Array<number>(10).fill(200), 429, 429])
  const rejected = await send('10.0.0.1', 50, 1)
  assert.match(rejected.json<{ message: string }>().message, /remembers 20 ids of this client \(DEDUPE_IDS_MAX\)/)
  const decided = await shop.app.inject({
    method: 'POST',
    url: '/sources/payments/decide',
    remoteAddress: '10.0.0.1',
    payload: pay(60),
  })
  assert.equal(decided.statusCode, 429)
  assert.equal((await send('10.0.0.2', 70, 2)).statusCode, 200)
  assert.equal((await shop.app.inject({ url: '/readyz' })).statusCode, 200)
})

test('a stream that reaches its share in the middle is 503 and no overload, since clients send a request again after an overload', async () => {
  const shop = await open({ idsMax: 22 })
  after(() => shop.close())
  const lines = (from: number, count: number) => Array.from({ length: count }, (_, i) => `${JSON.stringify(pay(from + i))}\n`).join('')
  const send = (payload: Readable) => {
    const headers = { 'content-type': 'application/x-ndjson' }
    return shop.app.inject({ method: 'POST', url: '/sources/payments/events', headers, payload })
  }
  async function* chunks() {
    yield lines(0, 20)
    while (shop.run.end < 20) await yieldToEventLoop()
    yield lines(20, 2)
  }
  const { statusCode, headers, ...answer } = await send(Readable.from(chunks()))
  const { message, ...fields } = answer.json<{ message: string }>()
  const counts = { accepted: 20, duplicates: 0, rejected: 0, sequence: 20 }
  assert.deepEqual([statusCode, headers['retry-after'], fields], [503, '1', { code: 'SPILL_LIMIT', ...counts, mayBePartial: true }])
  assert.match(message, /remembers 20 ids of this client \(DEDUPE_IDS_MAX\); the records before this were accepted$/)
  const whole = await send(Readable.from([lines(20, 2)]))
  assert.deepEqual([whole.statusCode, whole.json<{ code: string }>().code], [429, 'SPILL_OVERLOAD'])
})
