/** All destinations of Spillway keep the contract of `Destination`. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { after, test } from 'node:test'
import { receiver } from '../../../test/action/receiver.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { fileDestination, outputDestination, sharedFileDestination } from '../../action/line-destinations.ts'
import { functionDestination } from '../../action/function-destination.ts'
import { GuardedDestination } from '../../action/guarded-destination.ts'
import { openWebhook } from '../../action/webhook.ts'
import { callAfter } from '../../base/clock.ts'
import type { Destination } from '../../define/action/destination.ts'
import { testDestination, type ReceivedDelivery } from './destination.ts'

const folder = scratchFolder('conformance')

/** A line of a file or of standard output, without what the line adds to the body. */
function deliveryOfLine(line: string): ReceivedDelivery {
  const { id, action: _action, ...body } = JSON.parse(line) as { id: string; action: string }
  return { id, body }
}
const linesOf = (text: string): ReceivedDelivery[] => text.split('\n').filter(Boolean).map(deliveryOfLine)

for (const [name, open] of [
  ['file', fileDestination],
  ['shared file', sharedFileDestination],
] as const) {
  const inner = join(folder, name)
  const path = join(inner, 'effects.ndjson')
  mkdirSync(inner)
  testDestination(name, {
    open: () => open(path),
    received: () => (existsSync(path) ? linesOf(readFileSync(path, 'utf8')) : []),
    breakReceiver: () => {
      renameSync(inner, `${inner}-away`)
      return () => renameSync(`${inner}-away`, inner)
    },
  })
}

{
  let text = ''
  let isBroken = false
  const stream = new Writable({
    write(chunk, _encoding, done) {
      if (!isBroken) text += String(chunk)
      done(isBroken ? Object.assign(new Error('broken'), { code: 'EPIPE' }) : null)
    },
    autoDestroy: false,
  })
  testDestination('standard output', { open: () => outputDestination(stream), received: () => linesOf(text) })
  test('standard output: a reader that has gone fails deliveries', async () => {
    isBroken = true
    const outcome = await outputDestination(stream).deliver({ id: '1', key: '1', body: '{}', attempt: 1 })
    assert.deepEqual(outcome, { kind: 'failed', why: 'standard output takes nothing more (EPIPE)' })
  })
}

{
  const received: ReceivedDelivery[] = []
  let isBroken = false
  const own = (body: unknown, { id }: { readonly id: string }): void => {
    if (isBroken) throw new Error('not now')
    received.push({ id, body })
  }
  const breakReceiver = (): (() => void) => {
    isBroken = true
    return () => void (isBroken = false)
  }
  testDestination('function', { open: () => functionDestination(own), received: () => received, breakReceiver })
  const guard = { name: 'the function', timeoutMs: 60_000, after: callAfter, onReport: () => {} }
  const open = (): Destination => new GuardedDestination(functionDestination(own), guard)
  testDestination('guarded function', { open, received: () => received, breakReceiver })
}

{
  let isBroken = false
  const there = await receiver(response => {
    response.statusCode = isBroken ? 503 : 200
    response.end()
  })
  after(() => there.close())
  testDestination('webhook', {
    open: () => openWebhook({ url: there.url, secret: 'a-secret-of-24-characters', allowPrivate: true }),
    received: () => there.received.map(({ headers, body }) => ({ id: headers['idempotency-key'] as string, body: JSON.parse(body) })),
    breakReceiver: () => {
      isBroken = true
      return () => void (isBroken = false)
    },
    secrets: ['a-secret-of-24-characters'],
  })
}
