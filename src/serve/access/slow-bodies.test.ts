import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { SlowBodies, type BodyWatch } from './slow-bodies.ts'

const rate = { bodyBytesPerS: 100, bodyGraceMs: 2000, bodyLookMs: 1 << 30 }

/** A body on a connection that counts its bytes, with a clock of its own. */
class Body {
  now = 0
  readonly socket = { bytesRead: 500 }
  readonly bodies = new SlowBodies(rate, () => this.now)
  readonly request = Object.assign(new EventEmitter(), { complete: false, socket: this.socket }) as unknown as IncomingMessage
  readonly errors: { status: number; message: string }[] = []
  readonly watch: BodyWatch

  constructor() {
    this.request.on('error', error => this.errors.push(error as never))
    this.watch = this.bodies.watch(this.request)
  }

  /** Advances the clock by milliseconds, in which bytes arrive. */
  passes(ms: number, bytes = 0): void {
    this.now += ms
    this.socket.bytesRead += bytes
    this.bodies.check()
  }

  get isCut(): boolean {
    return this.errors.length > 0
  }
}

test('a body whose last byte is withheld is aborted after the grace, with the rate that it needs', () => {
  const body = new Body()
  body.passes(1000, 1 << 20)
  body.passes(2000)
  assert.equal(body.isCut, false)
  body.passes(1)
  assert.deepEqual([body.errors.length, body.errors[0].status], [1, 408])
  assert.match(body.errors[0].message, /less than 100 bytes a second.*HTTP_BODY_BYTES_PER_S_MIN/)
  body.passes(10_000)
  assert.equal(body.errors.length, 1, 'the body gets one error')
})

test('a body at the rate is never aborted, a body below it always is, whatever its chunks', () => {
  const [even, below] = [new Body(), new Body()]
  for (let second = 0; second < 1000; second++) {
    even.passes(1000, 100)
    below.passes(1000, 99)
  }
  assert.deepEqual([even.isCut, below.isCut], [false, true])
})

test('time in which the server does not read does not count', () => {
  const body = new Body()
  body.passes(1500)
  body.watch.stopWait()
  body.passes(60_000)
  body.watch.startWait()
  body.passes(500)
  assert.equal(body.isCut, false)
  body.passes(1)
  assert.equal(body.isCut, true)
})

test('a body that is complete, or is no longer read, is left alone', () => {
  const [whole, done] = [new Body(), new Body()]
  Object.assign(whole.request, { complete: true })
  done.bodies.unwatch(done.watch)
  for (const body of [whole, done]) body.passes(60_000)
  assert.deepEqual([whole.isCut, done.isCut], [false, false])
})
