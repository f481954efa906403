/**
 * Who is paged: a receiver of webhooks as one would be written anywhere, with nothing of Spillway's. It takes what is signed by the one who knows the
 * secret (standardwebhooks.com), and each page once, however often it comes.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Seconds by which the time of a signature may be off. */
const TOLERANCE = 300
const BODY_MAX = 1 << 16

export interface Page {
  /** The idempotency key: the same however often a page is sent. */
  readonly key: string
  readonly patient: string
  readonly score: number
  /** Of the decision, UTC ms. */
  readonly t: number
  /** Until when somebody should know, UTC ms. */
  readonly due: number
  /** When it came first, UTC ms. */
  readonly received: number
}

export interface Receiver {
  readonly url: string
  /** Each page once, in the order in which they came. */
  readonly pages: ReadonlyMap<string, Page>
  /** How often a page came that was there already, and how often somebody knocked who could not sign. */
  readonly counts: { again: number; refused: number }
  close(): void
}

/** `take` says whether a page is acknowledged; one that is not gets no answer at all, as of a receiver that died. */
export async function receive(secret: string, take: (page: Page, isNew: boolean) => boolean): Promise<Receiver> {
  const pages = new Map<string, Page>()
  const counts = { again: 0, refused: 0 }
  /** The status; none where there is no answer. */
  const answered = async (request: IncomingMessage): Promise<number | undefined> => {
    const body = await bodyOf(request)
    const received = Date.now()
    const key = body === undefined ? undefined : verified(secret, request.headers, body, received)
    if (body === undefined || key === undefined) {
      counts.refused++
      return 401
    }
    const isNew = !pages.has(key)
    if (isNew) pages.set(key, pageOf(key, body, received))
    else counts.again++
    return take(pages.get(key)!, isNew) ? 204 : undefined
  }
  const server = createServer((request, response) => {
    void answered(request).then(status => status !== undefined && response.writeHead(status).end())
  })
  return { url: `http://127.0.0.1:${await listening(server)}/pages`, pages, counts, close: () => close(server) }
}

/** The idempotency key, if all is as the holder of the secret sent it, and not long ago. */
export function verified(secret: string, headers: IncomingHttpHeaders, body: string, now: number): string | undefined {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures, 'idempotency-key': key } = headers
  if (typeof id !== 'string' || id !== key || typeof signatures !== 'string') return undefined
  if (!(Math.abs(now / 1000 - Number(timestamp)) <= TOLERANCE)) return undefined
  const bytes = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', bytes)
    .update(`${id}.${String(timestamp)}.${body}`)
    .digest()
  const isSigned = signatures.split(' ').some(signature => {
    const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64')
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
  return isSigned ? id : undefined
}

function pageOf(key: string, body: string, received: number): Page {
  const { key: patient, score, t, due } = JSON.parse(body) as { key: string; score: number; t: number; due: number }
  return { key, patient, score, t, due, received }
}

/** None of one that is too long or breaks off. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > BODY_MAX) return undefined
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString()
  } catch {
    return undefined
  }
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

function close(server: Server): void {
  server.closeAllConnections()
  server.close()
}
