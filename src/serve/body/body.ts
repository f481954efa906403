/**
 * The body of a request as bytes, unpacked where it is a gzip: whole, or as it comes.
 *
 * Both sides of a gzip are bounded, so that a small body that unpacks to a large one is cut off where the large one passes the bound. Who answers
 * before the end of a body throws the rest away as it comes (`plugin.ts`), so that the client can read the answer.
 */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { limits } from '../../base/limits.ts'
import { heldUntil, type Share, type Until } from '../access/load.ts'
import { ServeError } from '../http/serve-error.ts'

/** A bound on the bytes of a body. */
export interface BodyBound {
  readonly bytes: number
  readonly limit: string
}

const CHUNK_BYTES = 1 << 16

/**
 * Gives the whole body, JSON that is no stream, to `use`, and counts it as held until that is done, and what it says to wait for. Rejects with 413 past the bound, 429 where the client's bodies together pass its share, 408 where the body comes too slowly,
 * 400 for a damaged gzip.
 */
export async function withBody<T>(
  request: IncomingMessage,
  share: Share,
  use: (bytes: Buffer, until: Until) => T | Promise<T>,
): Promise<T> {
  const bound: BodyBound = { bytes: share.bounds.jsonBytes, limit: 'HTTP_JSON_BYTES_MAX' }
  checkLength(request, bound)
  const held = { bytes: 0 }
  const stream = unpacked(request, bound)
  const watch = share.slowBodies.watch(request)
  try {
    return await heldUntil(
      async until => {
        const bytes = await wholeBody(stream, bound, share, held).finally(() => share.slowBodies.done(watch))
        if (bytes.length >= limits.SERVE_LARGE_BYTES) await share.turn()
        return use(bytes, until)
      },
      () => share.letGo(held.bytes),
    )
  } catch (error) {
    throwAway(request, stream)
    throw error
  }
}

function wholeBody(stream: Readable, bound: BodyBound, share: Share, held: { bytes: number }): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => {
      try {
        if (held.bytes + chunk.length > bound.bytes) throw tooLarge(bound)
        share.hold(chunk.length)
        held.bytes += chunk.length
        chunks.push(chunk)
      } catch (error) {
        stream.removeAllListeners('data')
        reject(error)
      }
    })
    let hasEnded = false
    stream.once('end', () => {
      hasEnded = true
      resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))
    })
    stream.once('error', error => reject(bodyError(error)))
    stream.once('close', () => hasEnded || reject(cutOff()))
  })
}

/** The body in chunks, of which the next is read when it is asked for. Throws as `wholeBody`, after what stood before. */
export async function* bodyChunks(request: IncomingMessage, bound: BodyBound, share: Share): AsyncGenerator<Buffer> {
  checkLength(request, bound)
  const stream = unpacked(request, bound)
  const watch = share.slowBodies.watch(request)
  let length = 0
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Buffer
      length += bytes.length
      if (length > bound.bytes) throw tooLarge(bound)
      watch.works()
      await share.turn()
      yield bytes
      watch.waits()
    }
  } catch (error) {
    throw bodyError(error)
  } finally {
    share.slowBodies.done(watch)
    throwAway(request, stream)
  }
}

/** A body whose length is known to be too large is not begun with. */
function checkLength(request: IncomingMessage, bound: BodyBound): void {
  const length = Number(request.headers['content-length'] ?? 0)
  if (length > bound.bytes) throw tooLarge(bound, length)
}

function unpacked(request: IncomingMessage, bound: BodyBound): Readable {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() || 'identity'
  if (encoding === 'identity') return request
  if (encoding !== 'gzip' && encoding !== 'x-gzip')
    throw new ServeError('SPILL_INPUT', `a body may come as it is or as gzip, not as content-encoding ${encoding}`, {
      status: 415,
      headers: { 'accept-encoding': 'gzip' },
    })
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
  let packed = 0
  request.on('data', (chunk: Buffer) => {
    packed += chunk.length
    if (packed > bound.bytes) gunzip.destroy(tooLarge(bound))
  })
  request.once('error', error => gunzip.destroy(error))
  request.once('close', () => request.readableEnded || gunzip.destroy(cutOff()))
  return request.pipe(gunzip)
}

function throwAway(request: IncomingMessage, stream: Readable): void {
  if (stream === request) return
  request.unpipe()
  stream.on('error', () => {})
  stream.destroy()
}

/** `length` where it is known. */
const tooLarge = ({ bytes, limit }: BodyBound, length?: number): ServeError => {
  const what =
    length === undefined ? `a body of more than ${bytes} bytes, which are the most` : `a body of ${length} bytes, and ${bytes} are the most`
  return new ServeError('SPILL_LIMIT', `${what} (${limit}); send it in parts`, { status: 413 })
}

const cutOff = (): ServeError => new ServeError('SPILL_INPUT', 'the body was cut off')

function bodyError(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'Z_BUF_ERROR') return new ServeError('SPILL_INPUT', 'the body is a gzip that was cut off: its end is missing')
  if (code?.startsWith('Z_')) return new ServeError('SPILL_INPUT', `the body is no gzip, or a damaged one (${(error as Error).message})`)
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' ? cutOff() : error
}
