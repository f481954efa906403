/** Hostile clients by name: bounded in connections, and over when these are closed. */
import { pay } from '../serve/shop.ts'
import { requestBytes, type Hostiles, type WireRequest } from './wire.ts'

/** A token of each role, all owned by the attacker. */
export interface AttackTokens {
  readonly ingest: string
  readonly decide: string
  readonly read: string
  readonly operate: string
}

export interface AttackOptions {
  readonly tokens: AttackTokens
  /** Factor on the number of connections. */
  readonly scale: number
}

/** Resolves when the attack is in place; a flood continues until its clients are closed. */
type Attack = (clients: Hostiles, options: AttackOptions) => Promise<void> | void

const EVENTS = '/sources/payments/events'
const HELD_BODIES = 140
const HELD_BYTES = 1 << 20
const FEW_BYTES = 16
const STREAMS = 40
const IDLE = 2000
const FLOOD = 48
const BATCH = 500
const LONG_TEXT = 1 << 19

const times = async (count: number, act: (i: number) => Promise<void>): Promise<void> => {
  const AT_ONCE = 50
  for (let from = 0; from < count; from += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => act(from + i)))
}

const scaled = (count: number, { scale }: AttackOptions): number => Math.max(1, Math.round(count * scale))

/** Large bodies without their last byte, then the beginnings of others, which use the rest of a budget. */
async function holdBack(
  clients: Hostiles,
  options: AttackOptions,
  path: string,
  more: Pick<WireRequest, 'token' | 'headers'>,
): Promise<void> {
  const heldRequest = (bytes: number) => requestBytes({ path, body: Buffer.alloc(bytes, 0x20), length: HELD_BYTES, ...more })
  await times(scaled(HELD_BODIES, options), () => clients.holdBack(heldRequest(HELD_BYTES - 1)))
  await times(scaled(HELD_BODIES, options), () => clients.holdBack(heldRequest(FEW_BYTES)))
}

let idCount = 0
/** Unique ids. */
const newId = (): string => `hostile-${process.pid}-${idCount++}`
const nowSeconds = (): number => Math.floor(Date.now() / 1000)
const seemingSignature = (): Record<string, string> => ({ 'stripe-signature': `t=${nowSeconds()},v1=${'0'.repeat(64)}` })
const lines = { 'content-type': 'application/x-ndjson' }

export const attacks = {
  'webhooks that hold their last byte back, unsigned': (clients, options) =>
    holdBack(clients, options, '/sources/hooks/webhook', { headers: seemingSignature() }),
  'bodies that hold their last byte back': (clients, options) => holdBack(clients, options, EVENTS, { token: options.tokens.ingest }),
  'idle streams of lines': (clients, options) =>
    times(scaled(STREAMS, options), () => {
      const body = `${JSON.stringify(pay(newId()))}\n`
      return clients.holdBack(requestBytes({ path: EVENTS, token: options.tokens.ingest, headers: lines, body, length: 1 << 20 }))
    }),
  'readers of events that read nothing': (clients, options) =>
    times(scaled(FLOOD, options), async () => {
      const socket = await clients.open()
      socket.pause()
      socket.write(requestBytes({ method: 'GET', path: '/events?after=0', token: options.tokens.read }))
    }),
  'idle connections': (clients, options) =>
    times(scaled(IDLE, options), async i => {
      const socket = await clients.open()
      if (i % 2 === 1) socket.write('POST /sources/payments/events HTTP/1.1\r\nhost:')
    }),
  'a flood without a token': (clients, options) => {
    const requests = [
      requestBytes({ path: EVENTS, body: JSON.stringify(pay('x')) }),
      requestBytes({ path: '/models/check/decide', body: '{"card":"c","amount":1}' }),
      requestBytes({ path: '/sources/hooks/webhook', body: '{}', headers: seemingSignature() }),
      requestBytes({ path: '/sources/payments/webhook', body: '{}' }),
      requestBytes({ method: 'GET', path: '/metrics' }),
      requestBytes({ method: 'GET', path: '/readyz' }),
    ]
    let at = 0
    clients.flood(scaled(FLOOD, options), () => requests[at++ % requests.length])
  },
  'a flood of events': (clients, options) => {
    const token = options.tokens.ingest
    let at = 0
    clients.flood(scaled(FLOOD, options), () => {
      const events = Array.from({ length: BATCH }, () => pay(newId(), `card${idCount % 1000}`))
      const isLines = at++ % 2 === 1
      const body = isLines ? events.map(event => `${JSON.stringify(event)}\n`).join('') : JSON.stringify(events)
      return requestBytes({ path: EVENTS, token, body, ...(isLines && { headers: lines }) })
    })
  },
  'a flood of decisions': (clients, options) => {
    const token = options.tokens.decide
    let at = 0
    clients.flood(scaled(FLOOD, options), () =>
      at++ % 2 === 0
        ? requestBytes({ path: '/models/check/decide', token, body: JSON.stringify({ card: `card${at % 1000}`, amount: 1 }) })
        : requestBytes({ path: '/sources/payments/decide', token, body: JSON.stringify(pay(newId())) }),
    )
  },
  'a flood of reads': (clients, options) => {
    const { read: token } = options.tokens
    const queries = Array.from({ length: 1000 }, (_, i) => ({ group: 'now', key: `card${i}` }))
    const requests = [
      requestBytes({ method: 'GET', path: '/decisions?key=nobody', token }),
      requestBytes({ method: 'GET', path: '/decisions?limit=1000', token }),
      requestBytes({ path: '/features', token, body: JSON.stringify({ queries }) }),
      requestBytes({ method: 'GET', path: '/metrics', token }),
      requestBytes({ method: 'GET', path: '/decisions/0/trace', token }),
      requestBytes({ method: 'GET', path: '/effects', token }),
    ]
    clients.flood(scaled(FLOOD, options), () => requests[idCount++ % requests.length])
  },
  'a flood of operations': (clients, options) => {
    const { operate: token, ingest } = options.tokens
    const ids = Array.from({ length: 1000 }, (_, i) => i + 1)
    const requests = [
      requestBytes({ path: EVENTS, token: ingest, body: JSON.stringify({ ...pay('rejected'), amount: -1 }) }),
      requestBytes({ method: 'GET', path: '/dead-letters', token }),
      requestBytes({ method: 'PATCH', path: '/dead-letters/1', token, body: '{"version":"x","set":{"amount":1}}' }),
      requestBytes({ path: '/dead-letters/replay', token, body: JSON.stringify({ ids, omitUnsendable: true }) }),
      requestBytes({ path: '/dead-letters/drop', token, body: '{"ids":[1000000],"why":"x"}' }),
      requestBytes({ path: '/effects/1/retry', token, body: '{}' }),
      requestBytes({ path: '/groups/now/runs', token, body: '{}' }),
      requestBytes({ path: '/models/check/promote', token, body: '{"version":1}' }),
    ]
    clients.flood(scaled(FLOOD, options), () => requests[idCount++ % requests.length])
  },
  'distinct long texts': (clients, options) => {
    const { ingest, decide } = options.tokens
    const long = (): string => newId().padEnd(LONG_TEXT, 'x')
    let at = 0
    clients.flood(scaled(FLOOD / 4, options), () =>
      at++ % 2 === 0
        ? requestBytes({ path: EVENTS, token: ingest, body: JSON.stringify(pay(newId(), long())) })
        : requestBytes({ path: '/models/check/decide', token: decide, body: JSON.stringify({ card: long(), amount: 1 }) }),
    )
  },
} satisfies Readonly<Record<string, Attack>>

export type AttackName = keyof typeof attacks
