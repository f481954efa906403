import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { open } from '../../../test/serve/shop.ts'

const shop = await open()
after(() => shop.close())

test('an unknown parameter is rejected, and not ignored', async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['/features/now?key=c&at=2026-01-01', /^there is no parameter \?at=; there is key$/],
    ['/decisions?modle=fraud', /^there is no parameter \?modle=; did you mean 'model'\?$/],
    ['/decisions/0/trace?limit=1', /there is model, key/],
    ['/runs?model=fraud', /there is group/],
    ['/models?group=now', /there is model/],
    ['/reports?since=1', /there is report/],
    ['/events?model=fraud&before=12.0', /there is model, after/],
    ['/effects/stream?model=fraud', /there is action, after/],
    ['/reconciliations?limit=1', /^there is no parameter \?limit=$/],
    ['/features/now?key=%zz', /^\?key=%zz cannot be decoded/],
    ['/features/now?key=50%', /^\?key=50% cannot be decoded: it is UTF-8 with %XX, and a % is %25$/],
    ['/decisions?limit=1&key=%e9', /^\?key=%e9 cannot be decoded/],
  ]
  for (const [url, message] of cases) {
    const answer = await shop.app.inject({ url })
    const { code, message: actual } = answer.json<{ code: string; message: string }>()
    assert.deepEqual([url, answer.statusCode, code], [url, 400, 'SPILL_INPUT'])
    assert.match(actual, message)
  }
})

test('a repeated parameter is rejected', async () => {
  const answer = await shop.app.inject({ url: '/decisions?model=fraud&model=check' })
  assert.deepEqual([answer.statusCode, answer.json<{ message: string }>().message], [400, '?model= is given 2 times; give it once'])
})
