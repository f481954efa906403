import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { open, shop as pipeline } from '../../../test/serve/shop.ts'
import { lineageAround, lineageOf } from '../../operate/index.ts'

const shop = await open()
after(() => shop.close())
const get = async (url: string) => {
  const { statusCode, body } = await shop.app.inject({ url })
  return { status: statusCode, json: JSON.parse(body) as object & { readonly code?: string; readonly message?: string } }
}

test('the lineage is that of the pipeline, whole or around one of its names', async () => {
  const whole = lineageOf(pipeline.ir)
  assert.deepEqual(await get('/lineage'), { status: 200, json: whole })
  assert.deepEqual(await get('/lineage?of=now.sum'), { status: 200, json: lineageAround(whole, 'now.sum') })
  assert.deepEqual(await get('/lineage?of=now.sum&direction=up'), { status: 200, json: lineageAround(whole, 'now.sum', 'up') })
  assert.deepEqual(await get('/lineage?of=now.sum&direction=down'), { status: 200, json: lineageAround(whole, 'now.sum', 'down') })
  assert.deepEqual(await get('/lineage?of=column%20payments.id'), { status: 200, json: lineageAround(whole, 'column payments.id') })
})

test('an unknown name is 404; an ambiguous name and a parameter given twice are 400', async () => {
  for (const [query, message, expected] of [
    ['of=sums', /no column, feature, model, action or report 'sums'/, 404],
    ['of=amount', /write one of 'column payments.amount', 'field check.amount'/, 400],
    ['of=a&of=b', /is given 2 times/, 400],
    ['of=now.sum&direction=dwn', /is up, down, both; got 'dwn'; did you mean 'down'/, 400],
    ['direction=up', /needs a name: add \?of=NAME/, 400],
    ['name=a', /there is no parameter \?name=/, 400],
  ] as const) {
    const { status, json } = await get(`/lineage?${query}`)
    assert.equal(status, expected, query)
    assert.match(json.message!, message)
  }
})
