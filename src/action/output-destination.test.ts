import assert from 'node:assert/strict'
import { PassThrough, Writable } from 'node:stream'
import { test } from 'node:test'
import { delivery } from '../../test/action/receiver.ts'
import { effectLine } from './effect-line.ts'
import { outputDestination } from './output-destination.ts'

test('an effect is a line that begins with its id and action', () => {
  const line = (body: string) => effectLine(delivery({ id: 'a/1', body }))
  assert.equal(line('{"score":0.9,"of":"Zoë\\n"}'), '{"id":"a/1","action":"page","score":0.9,"of":"Zoë\\n"}\n')
  assert.equal(line('{"id":"mine","action":2}'), '{"id":"a/1","action":"page"}\n')
  for (const body of ['[1,2]', '7', '"x"', 'null']) assert.equal(line(body), `{"id":"a/1","action":"page","body":${body}}\n`)
})

test('lines stand in order and are acknowledged once taken', async () => {
  const writes: (() => void)[] = []
  const written: string[] = []
  const stream = new Writable({
    decodeStrings: false,
    write: (text: string, _, done) => {
      written.push(text)
      writes.push(done)
    },
  })
  const output = outputDestination(stream)
  let acknowledgements = 0
  const all = [1, 2, 3].map(async i => {
    assert.deepEqual(await output.deliver(delivery({ id: `a/${i}`, body: `{"i":${i}}` })), { kind: 'acknowledged' })
    acknowledgements++
  })
  const closed = output.close().then(() => assert.equal(acknowledgements, 3))
  for (let i = 0; i < 3; i++) {
    await new Promise(setImmediate)
    assert.equal(acknowledgements, i)
    writes[i]()
  }
  await Promise.all([...all, closed])
  assert.equal(written.join(''), [1, 2, 3].map(i => `{"id":"a/${i}","action":"page","i":${i}}\n`).join(''))
  assert.equal(stream.writableEnded, false)
})

test('a pipe that nobody reads any more fails deliveries, and does not end the process', async () => {
  const stream = new PassThrough()
  const output = outputDestination(stream)
  stream.destroy(Object.assign(new Error('broken pipe'), { code: 'EPIPE' }))
  for (let i = 0; i < 2; i++) {
    const outcome = await output.deliver(delivery())
    assert.ok(outcome.kind === 'failed')
    assert.match(outcome.why, /^standard output takes nothing more \((EPIPE|ERR_STREAM_DESTROYED)\)$/)
  }
  await output.close()
  assert.equal(stream.listenerCount('error'), 0)
})
