/** Receivers of events: over HTTP, in a file, and the settings that name them. */
import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { receiver } from '../../test/action/receiver.ts'
import { scratchFolder } from '../../test/scratch.ts'
import { callEvery } from '../base/clock.ts'
import { fileReceiver, httpReceiver, lineageTarget } from './receivers.ts'

const { signal } = new AbortController()

test('posts JSON with a token; 201 accepts, 422 rejects for ever, others may be repeated', async () => {
  let status = 201
  const catalog = await receiver(response => response.writeHead(status).end('why'))
  try {
    const { receiver: sender } = lineageTarget(
      {},
      { OPENLINEAGE_URL: `http://127.0.0.1:${catalog.port}/base`, OPENLINEAGE_API_KEY: 'key' },
    )!
    assert.equal(await sender.send('{"a":1}', signal), undefined)
    const [{ path, method, headers, body }] = catalog.received
    assert.deepEqual(
      [path, method, headers['content-type'], headers.authorization, body],
      ['/base/api/v1/lineage', 'POST', 'application/json', 'Bearer key', '{"a":1}'],
    )
    for (status of [400, 422]) assert.equal(await sender.send('{}', signal), `status ${status}: why`)
    for (status of [301, 401, 404, 429, 500]) await assert.rejects(sender.send('{}', signal), { message: `status ${status}: why` })
  } finally {
    await catalog.close()
  }
  await assert.rejects(httpReceiver(new URL(catalog.url), undefined).send('{}', signal))
})

test('of an answer that does not end, the begin is read', { timeout: 5000 }, async () => {
  let written = 0
  const catalog = await receiver(response => {
    response.writeHead(422)
    const timer = callEvery(1, () => void (written += response.write('x'.repeat(512)) ? 512 : 0))
    response.on('close', () => timer.stop())
  })
  try {
    const sender = httpReceiver(new URL(catalog.url), undefined)
    assert.equal(await sender.send('{}', signal), `status 422: ${'x'.repeat(200)}`)
    assert.ok(written < 100_000, `${written} bytes`)
  } finally {
    await catalog.close()
  }
})

test('appends lines to a private file, and leaves a line that a crash cut off alone', async () => {
  const path = join(scratchFolder('openlineage'), 'events.ndjson')
  await fileReceiver(path).send('{"a":1}', signal)
  appendFileSync(path, '{"b":')
  const later = fileReceiver(path)
  await later.send('{"c":1}', signal)
  await later.send('{"d":1}', signal)
  assert.equal(readFileSync(path, 'utf8'), '{"a":1}\n{"b":\n{"c":1}\n{"d":1}\n')
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('the environment replaces settings, and turns everything off', () => {
  const nameOf = (...args: Parameters<typeof lineageTarget>) => {
    const target = lineageTarget(...args)
    return target && [target.namespace, target.receiver.name]
  }
  assert.equal(nameOf(undefined, {}), undefined)
  assert.deepEqual(nameOf({ file: 'events.ndjson' }, {}), ['spillway', 'events.ndjson'])
  assert.deepEqual(nameOf({ url: 'http://a:1', endpoint: '/x', namespace: 'n' }, {}), ['n', 'http://a:1/x'])
  const env = { OPENLINEAGE_URL: 'https://b', OPENLINEAGE_ENDPOINT: 'y', OPENLINEAGE_NAMESPACE: 'm' }
  assert.deepEqual(nameOf({ url: 'http://a:1', namespace: 'n' }, env), ['m', 'https://b/y'])
  assert.deepEqual(nameOf({ file: 'events.ndjson' }, { OPENLINEAGE_URL: '' }), ['spillway', 'events.ndjson'])
  assert.equal(nameOf({ url: 'http://a:1' }, { OPENLINEAGE_DISABLED: 'true' }), undefined)
})

test('an address that is no http URL, or has a password, is rejected', () => {
  for (const url of ['127.0.0.1:5000', 'ftp://a', 'http://u:secret@a', 'nothing'])
    assert.throws(() => lineageTarget({ url }, {}), {
      code: 'SPILL_INPUT',
      message: /^openlineage\.url the receiver of OpenLineage events is an http: or https: URL/,
    })
})
