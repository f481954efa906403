/** Each clause of the contract of `Destination` finds the implementations that break it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from '../../base/clock.ts'
import type { Delivery, Destination } from '../../define/action/destination.ts'
import { destinationClauses, type DestinationHarness, type ReceivedDelivery } from './destination.ts'

/** A receiver in memory whose destinations a test breaks. */
class Memory implements DestinationHarness {
  readonly all: ReceivedDelivery[] = []
  readonly timeoutMs: number
  readonly secrets = ['hunter2']
  readonly open: () => Destination
  isBroken = false

  constructor(change: (healthy: Destination, memory: Memory) => Partial<Destination>, timeoutMs = 60_000) {
    this.timeoutMs = timeoutMs
    this.open = () => {
      const healthy = this.healthy()
      return Object.defineProperties({ ...healthy }, Object.getOwnPropertyDescriptors(change(healthy, this)))
    }
  }

  healthy(): Destination {
    const underWay = new Set<Promise<void>>()
    return {
      concurrency: 4,
      deliver: async ({ id, body }) => {
        const arriving = pause(1).finally(() => underWay.delete(arriving))
        underWay.add(arriving)
        await arriving
        if (this.isBroken) return { kind: 'failed', why: 'the memory is broken' }
        this.all.push({ id, body: JSON.parse(body) })
        return { kind: 'acknowledged' }
      },
      close: async () => void (await Promise.all(underWay)),
    }
  }

  received = (): readonly ReceivedDelivery[] => this.all

  breakReceiver = (): (() => void) => {
    this.isBroken = true
    return () => void (this.isBroken = false)
  }
}

const acknowledged = { kind: 'acknowledged' } as const
type Change = ConstructorParameters<typeof Memory>[0]

/** Each fault, the clause that finds it, and what the clause says. */
const faults: readonly (readonly [name: string, clause: RegExp, message: RegExp, Change])[] = [
  ['no concurrency', /^concurrency/, /whole number from 1 to 1024, got 0/, () => ({ concurrency: 0 })],
  [
    'a concurrency that changes',
    /^concurrency/,
    /concurrency changed/,
    healthy => {
      let concurrency = 4
      return {
        get concurrency() {
          return concurrency
        },
        deliver: delivery => healthy.deliver(delivery).finally(() => concurrency++),
      }
    },
  ],
  ['acknowledges and drops', /^an acknowledged delivery/, /has not arrived/, () => ({ deliver: async () => acknowledged })],
  [
    'acknowledges before it arrives',
    /^an acknowledged delivery/,
    /has not arrived/,
    healthy => ({
      deliver: async delivery => {
        void healthy.deliver(delivery)
        return acknowledged
      },
    }),
  ],
  [
    'changes the body',
    /^an acknowledged delivery/,
    /arrived changed/,
    healthy => ({ deliver: delivery => healthy.deliver({ ...delivery, body: delivery.body.normalize('NFD') }) }),
  ],
  [
    'changes the id',
    /^an acknowledged delivery/,
    /has not arrived/,
    healthy => ({ deliver: delivery => healthy.deliver({ ...delivery, id: delivery.id.toUpperCase() }) }),
  ],
  [
    'writes to the delivery',
    /^an acknowledged delivery/,
    /deliver rejected with TypeError/,
    healthy => ({ deliver: async delivery => healthy.deliver(Object.assign(delivery, { seen: true })) }),
  ],
  [
    'resolves with nothing',
    /^an acknowledged delivery/,
    /kind 'acknowledged' or 'failed', got undefined/,
    () => ({ deliver: async () => undefined as never }),
  ],
  ['never settles', /^an acknowledged delivery/, /deliver has not ended within 20 ms/, () => ({ deliver: () => new Promise(() => {}) })],
  [
    'throws for odd ids',
    /^any text/,
    /deliver threw URIError/,
    healthy => ({
      deliver: delivery => {
        decodeURIComponent(delivery.id.includes('😀') ? '%' : '')
        return healthy.deliver(delivery)
      },
    }),
  ],
  [
    'has one connection',
    /^as many deliveries/,
    /a healthy receiver acknowledges: .*busy/,
    healthy => {
      let isBusy = false
      return {
        deliver: async delivery => {
          if (isBusy) return { kind: 'failed', why: 'busy' }
          isBusy = true
          return healthy.deliver(delivery).finally(() => (isBusy = false))
        },
      }
    },
  ],
  [
    'mixes up deliveries in flight',
    /^as many deliveries/,
    /has not arrived/,
    healthy => {
      let latest: Delivery
      return {
        deliver: async delivery => {
          latest = delivery
          await pause(1)
          return healthy.deliver(latest)
        },
      }
    },
  ],
  [
    'fails for a duplicate',
    /^a further attempt/,
    /a healthy receiver acknowledges: .*duplicate/,
    (healthy, { all }) => ({
      deliver: async delivery =>
        all.some(({ id }) => id === delivery.id) ? { kind: 'failed', why: 'duplicate' } : healthy.deliver(delivery),
    }),
  ],
  [
    'acknowledges what the receiver rejects',
    /^while the receiver fails/,
    /was acknowledged/,
    (healthy, memory) => ({ deliver: async delivery => (memory.isBroken ? acknowledged : healthy.deliver(delivery)) }),
  ],
  [
    'rejects where the receiver fails',
    /^while the receiver fails/,
    /deliver rejected with Error: ECONNRESET/,
    (healthy, memory) => ({
      deliver: async delivery => {
        if (memory.isBroken) throw new Error('ECONNRESET')
        return healthy.deliver(delivery)
      },
    }),
  ],
  ...(
    [
      ['fails without a reason', { kind: 'failed' }, /says why/],
      ['fails with a secret', { kind: 'failed', why: 'no login with hunter2' }, /contains a secret/],
      ['fails with a date', { kind: 'failed', why: 'later', retryAfterMs: 'Mon' }, /retryAfterMs is a number of ms, got Mon/],
      ['fails with a final that is text', { kind: 'failed', why: 'gone', final: 'yes' }, /final is true or absent, got yes/],
    ] as const
  ).map(([name, outcome, message]): (typeof faults)[number] => [
    name,
    /^while the receiver fails/,
    message,
    (healthy, memory) => ({ deliver: async delivery => (memory.isBroken ? (outcome as never) : healthy.deliver(delivery)) }),
  ]),
  [
    'stays broken',
    /^while the receiver fails/,
    /a healthy receiver acknowledges/,
    healthy => {
      let hasFailed = false
      return {
        deliver: async delivery => {
          if (hasFailed) return { kind: 'failed', why: 'closed' }
          const outcome = await healthy.deliver(delivery)
          hasFailed = outcome.kind === 'failed'
          return outcome
        },
      }
    },
  ],
  [
    'closes with deliveries in flight',
    /^close resolves after/,
    /while 4 of 4 deliveries were in flight/,
    healthy => {
      const closed = Promise.withResolvers<void>()
      const deliver = async (delivery: Delivery) => {
        await closed.promise
        await pause(1)
        return healthy.deliver(delivery)
      }
      return { deliver, close: async () => closed.resolve() }
    },
  ],
  [
    'drops at close',
    /^close resolves after/,
    /a healthy receiver acknowledges: .*closed/,
    () => {
      const closed = Promise.withResolvers<{ kind: 'failed'; why: string }>()
      return { deliver: () => closed.promise, close: async () => closed.resolve({ kind: 'failed', why: 'closed' }) }
    },
  ],
  ['never closes', /^a destination without deliveries/, /close has not ended within 20 ms/, () => ({ close: () => new Promise(() => {}) })],
  [
    'opens once',
    /^a destination without deliveries/,
    /has closed for good/,
    (healthy, { all }) => ({
      deliver: async delivery =>
        all.length < 0 ? acknowledged : isClosed ? { kind: 'failed', why: 'has closed for good' } : healthy.deliver(delivery),
      close: async () => void (isClosed = true),
    }),
  ],
]

let isClosed = false

for (const [name, clause, message, change] of faults)
  test(`a destination that ${name} is found`, async () => {
    const { check } = destinationClauses.find(candidate => clause.test(candidate.clause))!
    await assert.rejects(check(new Memory(change, name.startsWith('never') ? 20 : undefined)), message)
  })

test('a healthy destination keeps every clause', async () => {
  for (const { check } of destinationClauses) await check(new Memory(() => ({})))
})

test('each clause has a fault that it finds', () => {
  for (const { clause } of destinationClauses)
    assert.ok(clause === 'any text is an id' || faults.some(([, pattern]) => pattern.test(clause)), clause)
})
