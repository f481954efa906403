/** The conformance suite of `Destination`: what a run relies on, shown by deliveries to a receiver that the caller provides. */
import assert from 'node:assert/strict'
import { limits, withDeadline, yieldToEventLoop } from '../../base/index.ts'
import type { Delivery, DeliveryOutcome, Destination } from '../../define/action/index.ts'
import { clausesOver, testClauses, type ContractClause } from './clauses.ts'

/** A delivery as the receiver got it. */
export interface ReceivedDelivery {
  /** Its idempotency key. */
  readonly id: string
  /** Its body, parsed. */
  readonly body: unknown
}

/** Destinations under test, and the receiver behind them. */
export interface DestinationHarness {
  /** Opens a destination; each clause opens its own. */
  readonly open: () => Destination | Promise<Destination>
  /** All deliveries that the receiver has got so far, from every destination. */
  readonly received: () => readonly ReceivedDelivery[] | Promise<readonly ReceivedDelivery[]>
  /** Makes the receiver fail until the returned function is called. Without it the clauses about failures are not checked. */
  readonly breakReceiver?: () => (() => void | Promise<void>) | Promise<() => void | Promise<void>>
  /** Texts that no reason of a failure may contain: passwords, tokens. */
  readonly secrets?: readonly string[]
  /** Time within which a delivery and `close` must end, ms. Default 5000. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 5000

let count = 0

function deliveryOf(body: unknown, id = `conformance/${process.pid}/${count++}`): Delivery {
  return Object.freeze({ id, action: 'page', key: JSON.stringify(`key ${count}`), body: JSON.stringify(body), attempt: 1 })
}

/** An open destination, and the receiver behind it. */
class Subject {
  readonly harness: DestinationHarness
  readonly destination: Destination

  constructor(harness: DestinationHarness, destination: Destination) {
    this.harness = harness
    this.destination = destination
  }

  /** Calls `deliver` as a run does, and checks the shape of the outcome. */
  async deliver(delivery: Delivery): Promise<DeliveryOutcome> {
    let promise: Promise<DeliveryOutcome>
    try {
      promise = this.destination.deliver(delivery)
    } catch (error) {
      assert.fail(`deliver threw ${String(error)}; it resolves with { kind: 'failed', why }`)
    }
    const settled = Promise.resolve(promise).catch((error: unknown) =>
      assert.fail(`deliver rejected with ${String(error)}; it resolves with { kind: 'failed', why }`),
    )
    const outcome: unknown = await this.#within('deliver', settled)
    const { kind, why, retryAfterMs, final } = Object(outcome) as Record<string, unknown>
    assert.ok(
      kind === 'acknowledged' || kind === 'failed',
      `an outcome has the kind 'acknowledged' or 'failed', got ${JSON.stringify(outcome)}`,
    )
    if (kind === 'acknowledged') return outcome as DeliveryOutcome
    assert.ok(typeof why === 'string' && why !== '', `a failed outcome says why, got ${JSON.stringify(outcome)}`)
    assert.ok(retryAfterMs === undefined || Number(retryAfterMs) >= 0, `retryAfterMs is a number of ms, got ${String(retryAfterMs)}`)
    assert.ok(final === undefined || typeof final === 'boolean', `final is true or absent, got ${String(final)}`)
    for (const secret of this.harness.secrets ?? []) assert.ok(!why.includes(secret), 'the reason of a failure contains a secret')
    return outcome as DeliveryOutcome
  }

  /** Delivers to a healthy receiver. */
  async acknowledged(delivery: Delivery): Promise<void> {
    const outcome = await this.deliver(delivery)
    assert.equal(outcome.kind, 'acknowledged', `a healthy receiver acknowledges: ${JSON.stringify(outcome)}`)
  }

  async arrived(...deliveries: readonly Delivery[]): Promise<void> {
    const bodies = new Map((await this.harness.received()).map(({ id, body }) => [id, body]))
    for (const { id, body } of deliveries) {
      assert.ok(bodies.has(id), `the acknowledged delivery ${JSON.stringify(id)} has not arrived`)
      assert.deepEqual(bodies.get(id), JSON.parse(body), `the body of delivery ${JSON.stringify(id)} arrived changed`)
    }
  }

  close(): Promise<void> {
    return this.#within('close', Promise.resolve(this.destination.close()))
  }

  /** Fails if the promise has not settled in time. */
  #within<T>(name: string, promise: Promise<T>): Promise<T> {
    const { timeoutMs = TIMEOUT_MS } = this.harness
    return withDeadline(promise, timeoutMs, () => assert.fail(`${name} has not ended within ${timeoutMs} ms`))
  }
}

/** Objects that a careless encoding would change: they are bodies of effects, which are always objects. */
const bodies: readonly object[] = [
  {},
  { score: 0.1, t: 1_700_000_000_000, key: null },
  { text: 'two\nlines, "quotes", \\, \u0000, ü, 試, 😀, \u2028' },
  { vector: { card: { n10m: 3 }, list: [1, 'a', null, [2]] }, '': true },
  { long: 'x'.repeat(100_000) },
]

/** A clause over an open destination. */
const clause = clausesOver<DestinationHarness, [subject: Subject]>(async (harness, check) => {
  const subject = new Subject(harness, await harness.open())
  try {
    await check(subject)
  } finally {
    await Promise.resolve(subject.destination.close()).catch(() => {})
  }
})

/** A clause that closes its destination itself. */
const closingClause = clausesOver<DestinationHarness, [subject: Subject]>(async (harness, check) => {
  await check(new Subject(harness, await harness.open()))
})

/** The clauses of the contract, in order. */
export const destinationClauses: readonly ContractClause<DestinationHarness>[] = [
  clause('concurrency is a whole number from 1 to 1024 that does not change', async subject => {
    const { concurrency } = subject.destination
    assert.ok(
      Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= limits.DELIVERIES_AT_ONCE_MAX,
      `concurrency is a whole number from 1 to ${limits.DELIVERIES_AT_ONCE_MAX}, got ${String(concurrency)}`,
    )
    await subject.deliver(deliveryOf({ n: 1 }))
    assert.equal(subject.destination.concurrency, concurrency, 'concurrency changed')
  }),
  clause('an acknowledged delivery has arrived, with its id and body as they are', async subject => {
    for (const body of bodies) {
      const delivery = deliveryOf(body)
      await subject.acknowledged(delivery)
      await subject.arrived(delivery)
    }
  }),
  clause('any text is an id', async subject => {
    for (const id of ['with space', 'dots.and/slashes', 'quotes"\'', 'ü試😀', 'line\nend', 'x'.repeat(1000)])
      await subject.acknowledged(deliveryOf({ id: 'own' }, `${id}/${process.pid}/${count++}`))
  }),
  clause('as many deliveries at a time as concurrency says arrive, each with its own outcome', async subject => {
    const deliveries = Array.from({ length: subject.destination.concurrency }, (_, n) => deliveryOf({ n }))
    await Promise.all(deliveries.map(delivery => subject.acknowledged(delivery)))
    await subject.arrived(...deliveries)
  }),
  clause('a further attempt of an acknowledged delivery is acknowledged as well', async subject => {
    const delivery = deliveryOf({ n: 1 })
    await subject.acknowledged(delivery)
    await subject.acknowledged(Object.freeze({ ...delivery, attempt: 2 }))
    await subject.arrived(delivery)
  }),
  clause('while the receiver fails, a delivery has failed and says why; afterwards it is acknowledged', async subject => {
    const { harness } = subject
    if (!harness.breakReceiver) return
    await subject.acknowledged(deliveryOf({ n: 1 }))
    const repair = await harness.breakReceiver()
    const delivery = deliveryOf({ n: 2 })
    const outcome = await subject.deliver(delivery).finally(repair)
    assert.equal(outcome.kind, 'failed', 'a delivery to a receiver that fails was acknowledged')
    await subject.acknowledged(Object.freeze({ ...delivery, attempt: 2 }))
    await subject.arrived(delivery)
  }),
  closingClause('close resolves after the deliveries in flight have ended, and loses none of them', async subject => {
    const deliveries = Array.from({ length: Math.min(8, subject.destination.concurrency) }, (_, n) => deliveryOf({ n }))
    let ended = 0
    const outcomes = Promise.allSettled(deliveries.map(delivery => subject.acknowledged(delivery).finally(() => ended++)))
    await subject.close()
    await yieldToEventLoop()
    const left = deliveries.length - ended
    assert.equal(left, 0, `close resolved while ${left} of ${deliveries.length} deliveries were in flight`)
    for (const outcome of await outcomes) if (outcome.status === 'rejected') throw outcome.reason
    await subject.arrived(...deliveries)
  }),
  closingClause('a destination without deliveries closes, and another one opens after it', async subject => {
    await subject.close()
    const second = new Subject(subject.harness, await subject.harness.open())
    const delivery = deliveryOf({ n: 1 })
    await second.acknowledged(delivery)
    await second.arrived(delivery)
    await second.close()
  }),
]

/**
 * Checks a destination against the contract of `Destination`, by one test of `node:test` per clause.
 *
 * @example
 * testDestination('memory', { open: () => memory(texts), received: () => texts.map(text => JSON.parse(text)) })
 */
export const testDestination = (name: string, harness: DestinationHarness): void => testClauses(name, destinationClauses, harness)
