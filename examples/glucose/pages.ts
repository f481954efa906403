/**
 * Receiver of pages: a webhook endpoint that uses nothing of Spillway. It accepts requests signed with the secret (standardwebhooks.com),
 * and counts each page once, however often it is sent.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Tolerance of a signature's time, seconds. */
const TOLERANCE = 300
const BODY_MAX = 1 << 16

export interface Page {
  /** Idempotency key: the same for all deliveries of a page. */
  readonly key: string
  readonly patient: string
  readonly score: number
  /** Time of the decision, UTC ms. */
  readonly t: number
  /** Deadline of the page, UTC ms. */
  readonly due: number
  /** Time of the first delivery, UTC ms. */
  readonly received: number
}

export interface Receiver {
  readonly url: string
  /** Each page once, in order of its first delivery. */
  readonly pages: ReadonlyMap<string, Page>
  /** Repeated deliveries of known pages, and requests with an invalid signature. */
  readonly counts: { again: number; rejected: number }
  close(): void
}

/** `take` decides whether a page is acknowledged. Without acknowledgement there is no answer at all, as from a receiver that died. */
export async function receive(secret: string, take: (page: Page, isNew: boolean) => boolean): Promise<Receiver> {
  const pages = new Map<string, Page>()
  const counts = { again: 0, rejected: 0 }
  /** The HTTP status; undefined for no answer. */
  const answered = async (request: IncomingMessage): Promise<number | undefined> => {
    const body = await bodyOf(request)
    const received = Date.now()
    const key = body === undefined ? undefined : verified(secret, request.headers, body, received)
    if (body === undefined || key === undefined) {
      counts.rejected++
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

/** The idempotency key, if the signature is valid and recent. */
export function verified(secret: string, headers: IncomingHttpHeaders, body: string, now: number): string | undefined {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures, 'idempotency-key': key } = headers
  if (typeof id !== 'string' || id !== key || typeof signatures !== 'string') return undefined
  if (!(Math.abs(now / 1000 - Number(timestamp)) <= TOLERANCE)) return undefined
  const bytes = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', bytes)
    .update(`${id}.${String(timestamp)}.${body}`)
    .digest()
  const isSigned = signatures.split(' ').some(signature => {
    const digest = Buffer.from(signature.replace(/^v1,/, ''), 'base64')
    return digest.length === expected.length && timingSafeEqual(digest, expected)
  })
  return isSigned ? id : undefined
}

function pageOf(key: string, body: string, received: number): Page {
  const { key: patient, score, t, due } = JSON.parse(body) as { key: string; score: number; t: number; due: number }
  return { key, patient, score, t, due, received }
}

/** Undefined for a body that is too long or cut off. */
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
