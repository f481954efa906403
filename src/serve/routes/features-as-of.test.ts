import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { open, pay, posted, start } from '../../../test/serve/shop.ts'

const shop = await open()
after(() => shop.close())
const { app } = shop
const minute = 60_000

interface Read {
  readonly features: { readonly features: object; readonly ofKey: number; readonly t: number }
}

const asOf = async (query: string) => {
  const { statusCode, body } = await app.inject({ url: `/features/as-of${query}` })
  return { statusCode, answer: JSON.parse(body) as Read & { code: string; message: string } }
}

test('features of a key are those that were known at the time: no event before its arrival, and the window of that time', async () => {
  const earlier = { ...pay(1), at: start - 10 * minute }
  await posted(app, '/sources/payments/events', [earlier, pay(2, 'c', '2.00')])
  const at = (ms: number) => asOf(`?group=now&key=c&at=${ms}`)
  const [before, between, last] = [await at(start - minute), await at(start + minute), await at(start + 55 * minute)]
  assert.deepEqual(before.answer.features.features, { n: 0, sum: null })
  assert.deepEqual([between.answer.features.features, between.answer.features.ofKey], [{ n: 2, sum: 3.5 }, 2])
  // The first event has left the hour.
  assert.deepEqual(last.answer.features.features, { n: 1, sum: 2 })
  const byText = await asOf(`?group=now&key=c&at=2026-01-01T00:01Z`)
  assert.deepEqual(byText.answer, between.answer)
})

test('a missing parameter, an unknown group, a key of another shape and a malformed time are said', async () => {
  assert.deepEqual((await asOf('?group=now&key=c')).answer.message, 'write ?group=GROUP&key=KEY&at=TIME; a key of several columns is a,b')
  assert.equal((await asOf('?group=nw&key=c&at=0')).statusCode, 404)
  const noTime = await asOf('?group=now&key=c&at=noon')
  assert.deepEqual([noTime.statusCode, noTime.answer.code], [400, 'SPILL_INPUT'])
  assert.match(noTime.answer.message, /\?at=noon is not a time/)
})
