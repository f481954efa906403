/**
 * Request bodies as bytes, decompressed if they are gzip: a whole body, or a stream of chunks.
 *
 * The limit applies before and after decompression, so a small body that expands to a large one is cut off at the limit. A route that
 * answers before the end of its body discards the rest as it comes (`serve-error.ts`), so that the client can read the answer.
 */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { limits } from '../../base/index.ts'
import { releaseAfter, type ClientShare, type HoldUntil } from '../access/admission-control.ts'
import { ServeError } from '../http/serve-error.ts'

/** A limit on the bytes of a body, and the name of that limit. */
export interface BodyLimit {
  readonly bytes: number
  readonly limit: string
}

const CHUNK_BYTES = 1 << 16

/**
 * Reads a whole JSON body, passes it to `use`, and counts its bytes for the client until `use` and its `until` promises have ended.
 *
 * Rejects with 413 beyond the limit, 429 beyond the client's share, 408 for a body that comes too slowly, 400 for a damaged gzip.
 */
export async function withBody<T>(
  request: IncomingMessage,
  share: ClientShare,
  use: (bytes: Buffer, until: HoldUntil) => T | Promise<T>,
): Promise<T> {
  const bound: BodyLimit = { bytes: share.bounds.jsonBytes, limit: 'HTTP_JSON_BYTES_MAX' }
  checkLength(request, bound)
  const buffered = { bytes: 0 }
  const stream = decompressed(request, bound)
  const watch = share.slowBodies.watch(request)
  try {
    return await releaseAfter(
      async until => {
        const bytes = await wholeBody(stream, bound, share, buffered).finally(() => share.slowBodies.unwatch(watch))
        if (bytes.length >= limits.SERVE_LARGE_BYTES) await share.waitForTurn()
        return use(bytes, until)
      },
      () => share.releaseBytes(buffered.bytes),
    )
  } catch (error) {
    discard(request, stream)
    throw error
  }
}

function wholeBody(stream: Readable, bound: BodyLimit, share: ClientShare, buffered: { bytes: number }): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => {
      try {
        if (buffered.bytes + chunk.length > bound.bytes) throw tooLarge(bound)
        share.hold(chunk.length)
        buffered.bytes += chunk.length
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

/** Reads a body in chunks, each when the consumer asks for it. Throws as `withBody` does, after the chunks before the fault. */
export async function* bodyChunks(request: IncomingMessage, bound: BodyLimit, share: ClientShare): AsyncGenerator<Buffer> {
  checkLength(request, bound)
  const stream = decompressed(request, bound)
  const watch = share.slowBodies.watch(request)
  let length = 0
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Buffer
      length += bytes.length
      if (length > bound.bytes) throw tooLarge(bound)
      watch.stopWait()
      await share.waitForTurn()
      yield bytes
      watch.startWait()
    }
  } catch (error) {
    throw bodyError(error)
  } finally {
    share.slowBodies.unwatch(watch)
    discard(request, stream)
  }
}

/** Rejects a body whose stated length is too large before any of it is read. */
function checkLength(request: IncomingMessage, bound: BodyLimit): void {
  const length = Number(request.headers['content-length'] ?? 0)
  if (length > bound.bytes) throw tooLarge(bound, length)
}

function decompressed(request: IncomingMessage, bound: BodyLimit): Readable {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() || 'identity'
  if (encoding === 'identity') return request
  if (encoding !== 'gzip' && encoding !== 'x-gzip')
    throw new ServeError('SPILL_FORMAT', `content-encoding ${encoding} is not supported; send gzip or none`, {
      status: 415,
      headers: { 'accept-encoding': 'gzip' },
    })
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
  let received = 0
  request.on('data', (chunk: Buffer) => {
    received += chunk.length
    if (received > bound.bytes) gunzip.destroy(tooLarge(bound))
  })
  request.once('error', error => gunzip.destroy(error))
  request.once('close', () => request.readableEnded || gunzip.destroy(cutOff()))
  return request.pipe(gunzip)
}

/** Stops decompression. The rest of the request itself is discarded with its answer. */
function discard(request: IncomingMessage, stream: Readable): void {
  if (stream === request) return
  request.unpipe()
  stream.on('error', () => {})
  stream.destroy()
}

/** The error for a body beyond its limit, with its length if the client stated it. */
const tooLarge = ({ bytes, limit }: BodyLimit, length?: number): ServeError => {
  const problem = length === undefined ? `the body has more than ${bytes} bytes` : `the body has ${length} bytes, more than ${bytes}`
  return new ServeError('SPILL_LIMIT', `${problem} (${limit}); send it in parts`, { status: 413 })
}

const cutOff = (): ServeError => new ServeError('SPILL_TRUNCATED', 'the body was cut off')

function bodyError(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'Z_BUF_ERROR') return new ServeError('SPILL_TRUNCATED', 'the body is a gzip that was cut off: its end is missing')
  if (code?.startsWith('Z_'))
    return new ServeError('SPILL_TRUNCATED', `the body is no gzip, or a damaged one (${(error as Error).message})`)
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' ? cutOff() : error
}
