import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { open, pay } from '../../../test/serve/shop.ts'

const shop = await open()
after(() => shop.close())

const url = '/effects/1/retry'
const status = async (
  headers: Readonly<Record<string, string>>,
  request: { url?: string; method?: 'GET' | 'POST'; payload?: object } = {},
) => (await shop.app.inject({ method: 'POST', url, ...request, headers: { host: 'localhost:7070', ...headers } })).statusCode

test('cross-site requests without a preflight are rejected; other clients and requests with a preflight are not', async () => {
  const form = 'application/x-www-form-urlencoded; charset=UTF-8'
  const rejected: readonly Readonly<Record<string, string>>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' },
    { origin: 'https://evil.example' },
    { origin: 'http://localhost:3000' },
    { origin: 'null' },
    { origin: 'https://evil.example', 'content-type': form },
    { origin: 'https://evil.example', 'content-type': 'Text/Plain' },
    { 'sec-fetch-site': 'cross-site', 'content-type': 'multipart/form-data; boundary=x' },
  ]
  for (const headers of rejected) assert.equal(await status(headers), 403, JSON.stringify(headers))
  const letIn: readonly Readonly<Record<string, string>>[] = [
    {},
    { 'content-type': form },
    { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:7070' },
    // Typed into the address bar.
    { 'sec-fetch-site': 'none' },
    { origin: 'HTTP://LOCALHOST:7070' },
    // A browser sends a preflight before both of these.
    { 'sec-fetch-site': 'cross-site', authorization: 'Bearer spw_x' },
    { origin: 'https://shop.example', 'content-type': 'application/json' },
  ]
  for (const headers of letIn) assert.equal(await status(headers), 404, JSON.stringify(headers))
})

test('every route that changes state rejects cross-site requests, and reading does not', async () => {
  const crossSite = { 'sec-fetch-site': 'cross-site' }
  assert.equal(await status(crossSite, { url: '/models/check/decide' }), 403)
  assert.equal(await status(crossSite, { url: '/sources/payments/events' }), 403)
  assert.equal(
    await status({ ...crossSite, 'content-type': 'application/json' }, { url: '/sources/payments/events', payload: pay('a') }),
    200,
  )
  assert.equal(await status(crossSite, { url: '/decisions', method: 'GET' }), 200)
})
