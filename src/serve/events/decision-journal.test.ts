import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { open, pay, posted } from '../../../test/serve/shop.ts'

const shop = await open()
after(() => shop.close())
const url = await shop.app.listen({ host: '127.0.0.1', port: 0 })

interface StreamedDecision {
  readonly id: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The first events of a stream. */
async function streamed(query: string, count: number): Promise<StreamedDecision[]> {
  const ending = new AbortController()
  const { body } = await fetch(`${url}/events?after=0&${query}`, { signal: ending.signal })
  let text = ''
  for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const events = [...text.matchAll(/^id: (\S+)\nevent: decision\ndata: (.*)\n\n/gm)]
    if (events.length < count) continue
    ending.abort()
    return events.map(([, id, data]) => ({ id, data: JSON.parse(data) as StreamedDecision['data'] }))
  }
  throw new Error(`the stream has ended after:\n${text}`)
}

test('a stream without vectors has the same decisions, with all but their inputs and what they read', async () => {
  await posted(shop.app, '/sources/payments/events', [pay(1), pay(2, 'd', '200'), pay(3)])
  await posted(shop.app, '/models/check/decide', { card: 'c', amount: 1 })
  const whole = await streamed('vector=true', 4)
  assert.ok(whole.every(({ data }) => 'vector' in data && 'read' in data))
  const results = whole.map(({ id, data: { vector: _vector, read: _read, ...data } }) => ({ id, data }))
  assert.deepEqual(await streamed('vector=false', 4), results)
  assert.deepEqual(
    await streamed('vector=false&model=check', 1),
    results.filter(({ data }) => data['model'] === 'check'),
  )
})

test('a stream without vectors goes on with the decisions that are made while it is open, each once and in order', async () => {
  const ending = new AbortController()
  const { body } = await fetch(`${url}/events?vector=false&model=fraud`, { signal: ending.signal })
  const ids = Array.from({ length: 20 }, (_, i) => `live ${i}`)
  const reading = (async () => {
    let text = ''
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      const entries = [...text.matchAll(/^event: decision\ndata: (.*)$/gm)].map(([, data]) => (JSON.parse(data) as { entry: number }).entry)
      if (entries.length >= ids.length) return entries
    }
    throw new Error(`the stream has ended after:\n${text}`)
  })()
  for (const id of ids) await posted(shop.app, '/sources/payments/events', pay(id))
  const entries = await reading
  ending.abort()
  const { decisions } = (await shop.app.inject({ url: `/decisions?model=fraud&limit=${ids.length}` })).json<{
    decisions: { entry: number }[]
  }>()
  assert.deepEqual(
    entries,
    decisions.map(({ entry }) => entry),
  )
})

test('a value of vector other than true and false is rejected', async () => {
  const { statusCode, body } = await shop.app.inject({ url: '/events?vector=no' })
  assert.deepEqual([statusCode, /\?vector=no is true or false/.test(body)], [400, true])
  assert.equal((await shop.app.inject({ url: '/effects/stream?vector=false' })).statusCode, 400)
})
