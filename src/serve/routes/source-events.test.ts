/** The newest events of a source, and their stream: bounded whatever the rate, and saying what was left out. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { open, pay, posted } from '../../../test/serve/shop.ts'
import { limits } from '../../base/limits.ts'

const shop = await open()
after(() => shop.close())
const { app } = shop

interface Answer {
  readonly events: readonly { readonly entry: number; readonly arrival: number; readonly fields: Readonly<Record<string, unknown>> }[]
  readonly skipped: number
  readonly unread: number
  readonly end: number
}
const newest = async (source: string, query = ''): Promise<Answer> =>
  (await app.inject({ url: `/sources/${source}/events${query}` })).json<Answer>()
const idsOf = ({ events }: Answer): unknown[] => events.map(({ fields }) => fields['id'])

test('an empty log has no events', async () => {
  assert.deepEqual(await newest('payments'), { events: [], skipped: 0, unread: 0, end: 0 })
})

test('the newest events of one source are listed, oldest first, with all columns', async () => {
  await posted(app, '/sources/payments/events', [pay('1'), pay('2')])
  await posted(app, '/sources/hooks/events', { id: 'h', data: { cards: ['c', 'd'], at: pay(1).at } })
  await posted(app, '/sources/payments/events', pay('3'))
  const answer = await newest('payments')
  assert.deepEqual(idsOf(answer), ['1', '2', '3'])
  assert.deepEqual(answer.events[0], {
    entry: 0,
    time: pay(1).at,
    arrival: pay(1).at,
    fields: { id: '1', card: 'c', amount: 1.5, at: pay(1).at },
  })
  assert.deepEqual([answer.skipped, answer.unread, answer.end], [0, 0, 5])
  const two = await newest('payments', '?limit=2')
  assert.deepEqual([idsOf(two), two.skipped], [['2', '3'], 1])
  assert.deepEqual(idsOf(await newest('hooks')), ['h/c', 'h/d'])
  for (const [url, status] of [
    ['/sources/payment/events', 404],
    ['/sources/payments/events?limit=0', 400],
    ['/sources/payments/events?after=1', 400],
  ] as const)
    assert.equal((await app.inject({ url })).statusCode, status, url)
})

test('where each event is a segment of its own, the newest segments are read and the rest is said to be unread', async () => {
  for (let i = 0; i < limits.RECENT_SEGMENTS_MAX; i++) await posted(app, '/sources/payments/events', pay(`single ${i}`))
  const { events, skipped, unread, end } = await newest('hooks')
  assert.deepEqual([events, skipped, unread, end], [[], 0, 5, limits.RECENT_SEGMENTS_MAX + 5])
  const { events: newer, skipped: older } = await newest('payments')
  assert.deepEqual([newer.length, older], [20, limits.RECENT_SEGMENTS_MAX - 20])
})

test('a stream has events as they come, the newest of many, and counts the rest', async () => {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { readonly port: number }
  const stop = new AbortController()
  const answer = await fetch(`http://127.0.0.1:${port}/sources/payments/events/stream`, { signal: stop.signal })
  const messages: Answer[] = []
  const reading = (async () => {
    let text = ''
    for await (const chunk of answer.body!) {
      text += Buffer.from(chunk as Uint8Array).toString()
      messages.splice(0, Infinity, ...[...text.matchAll(/event: events\ndata: (.*)\n\n/g)].map(([, data]) => JSON.parse(data) as Answer))
      if (messages.flatMap(idsOf).includes('last')) return
    }
  })()
  const many = Array.from({ length: limits.RECENT_ENTRIES_MAX + 100 }, (_, i) => pay(`m${i}`))
  await posted(app, '/sources/payments/events', many.slice(0, 1000))
  await posted(app, '/sources/payments/events', many.slice(1000))
  await posted(app, '/sources/payments/events', pay('last'))
  await reading
  stop.abort()
  const shown = messages.flatMap(idsOf)
  assert.equal(new Set(shown).size, shown.length, 'each event once')
  assert.ok(messages.every(({ events }) => events.length <= limits.EVENT_TAIL_EVENTS))
  const left = messages.reduce((sum, { skipped, unread }) => sum + skipped + unread, 0)
  assert.equal(shown.length + left, many.length + 1, 'each event is shown or counted')
})
