/** `POST /sources/:source/events`: accepts one event, an array, or NDJSON, and answers when all of it is durable. */
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { jsonLineReaders, type JsonLineReader, type RecordBatch } from '../../intake/index.ts'
import { withBody, bodyChunks } from '../body/body.ts'
import { parseJsonBody } from '../body/json-body.ts'
import type { ClientShare } from '../access/admission-control.ts'
import { mediaTypeOf, lookupByName } from '../http/request.ts'
import { traceOf } from '../http/trace-headers.ts'
import { IngestResult, rejectedRecordError } from './ingest-result.ts'
import type { ServerContext } from '../context/server-context.ts'
import type { IngestCounts, IngestTarget } from '../http/served-run.ts'
import { withoutByteOrderMark, ndjsonBatches } from '../../files/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { ServeError, errorResponse, partialFields } from '../http/serve-error.ts'

/** The run or the gate, and its sources. */
interface IngestContext extends Pick<ServerContext, 'load'> {
  readonly run: IngestTarget
  readonly ir: Pick<PipelineIR, 'sources'>
}

export function ingestRoutes(app: FastifyInstance, { run, ir, load }: IngestContext): void {
  const sourceNamed = lookupByName('source', ir.sources)
  const readers = jsonLineReaders(ir.sources)
  app.post<{ Params: { source: string } }>('/sources/:source/events', { config: { role: 'ingest' } }, async (request, reply) => {
    const { params, raw } = request
    const share = load.shareOf('ingest', request)
    const source = sourceNamed(params.source)
    const reader = readers.get(source.name)
    const outcome = await (mediaTypeOf(raw) === 'ndjson'
      ? share.countStream(() => ingestNdjson(run, source.name, raw, share, reader))
      : ingestJson(run, source.name, raw, share, reader))
    reply.type('application/json')
    return outcome.toJson()
  })
}

/** Appends the records of a JSON body. Throws 422 if its only record is rejected; an array reports rejected records by index. */
function ingestJson(
  run: IngestTarget,
  source: string,
  request: IncomingMessage,
  share: ClientShare,
  reader: JsonLineReader | undefined,
): Promise<IngestResult> {
  return withBody(request, share, async bytes => {
    share.checkRecordBudget()
    const { batch, isSingle } = parseJsonBody(bytes, reader)
    const outcome = new IngestResult(isSingle ? 'alone' : 'index', run.end)
    const records = batch.records.length + batch.undecodable.length
    if (records === 0) return outcome
    const submit = () =>
      share.reserveIds(source, records).until(run.submit(source, { ...batch, onRejected: outcome.onRejected, trace: traceOf(request) }))
    outcome.add(await share.awaitCommit(records, submit))
    if (isSingle && outcome.isRejected) throw rejectedRecordError(outcome)
    return outcome
  })
}

/**
 * The source's `reader` reads plain lines straight into cells. Memory holds one chunk and at most `streamWaitingBytes` of records that
 * are not durable.
 *
 * Rejects for a body that is too large, cut off or damaged, with the result of the records before the fault. Malformed lines are rejected
 * one by one.
 */
async function ingestNdjson(
  run: IngestTarget,
  source: string,
  request: IncomingMessage,
  share: ClientShare,
  reader: JsonLineReader | undefined,
): Promise<IngestResult> {
  const outcome = new IngestResult('line', run.end)
  const { streamBytes, streamWaitingBytes } = share.bounds
  const trace = traceOf(request)
  const body = bodyChunks(request, { bytes: streamBytes, limit: 'HTTP_STREAM_BYTES_MAX' }, share)
  const { chunks, takeCount } = countedBytes(withoutByteOrderMark(body))
  const pending = pendingReceipts(outcome)
  const submit = async (records: number, batch: RecordBatch) => share.reserveIds(source, records).until(run.submit(source, batch))
  try {
    for await (const { batch } of ndjsonBatches(chunks, 'http', { reader })) {
      const bytes = takeCount()
      const records = batch.records.length + batch.undecodable.length
      if (records === 0) continue
      await run.whenRoom()
      const reserved = await share.records(records)
      const receipt = submit(records, { ...batch, onRejected: outcome.onRejected, trace })
      pending.add(receipt.finally(reserved.release), bytes)
      await pending.drainTo(streamWaitingBytes)
    }
    await pending.drainTo(-1)
    return outcome
  } catch (error) {
    const { isUnknown } = await pending.rest()
    const isOwn = error instanceof ServeError || errorResponse(error).status < 500
    if (!isOwn && outcome.isEmpty && !isUnknown) throw error
    throw streamError(error, outcome, { isUnknown, cause: isOwn ? undefined : error })
  }
}

/**
 * The error of a stream, with the result of the records before it. Clients send a request again after an overload, whether or not its events
 * have ids, so an overload in the middle of a stream has a different code.
 */
function streamError(
  error: unknown,
  outcome: IngestResult,
  { isUnknown, cause }: { readonly isUnknown: boolean; readonly cause: unknown },
): ServeError {
  const { status, headers, body } = errorResponse(error)
  const more = outcome.fields()
  if (outcome.isEmpty && !isUnknown) return new ServeError(body.code, `${body.message}; none of it was accepted`, { status, headers, more })
  const isOverload = body.code === 'SPILL_OVERLOAD'
  const code = isOverload ? (status === 429 ? 'SPILL_LIMIT' : 'SPILL_SOURCE') : body.code
  const result = outcome.isEmpty ? 'some of its records may be durable' : 'the records before this were accepted'
  const problem = error instanceof ServeError ? error.problem : body.message
  const message = `${problem}; ${result}`
  return new ServeError(code, message, { status: isOverload ? 503 : status, headers, more: { ...more, ...partialFields }, cause })
}

/** Batches of a stream that the run has and that are not durable yet, in order. */
function pendingReceipts(outcome: IngestResult) {
  const receipts: { readonly receipt: Promise<IngestCounts>; readonly bytes: number }[] = []
  let pendingBytes = 0
  return {
    add(receipt: Promise<IngestCounts>, bytes: number): void {
      // `drainTo` handles the rejection.
      receipt.catch(() => {})
      receipts.push({ receipt, bytes })
      pendingBytes += bytes
    },
    /** Waits until at most `bytes` bytes are not durable, or with -1 no batch. Rejects if the run fails. */
    async drainTo(bytes: number): Promise<void> {
      while (receipts.length > 0 && pendingBytes > bytes) {
        outcome.add(await receipts[0].receipt)
        pendingBytes -= receipts.shift()!.bytes
      }
    },
    /** Waits for all batches, and counts those that became durable. `isUnknown`: some records of others may be durable, too. */
    async rest(): Promise<{ readonly isUnknown: boolean }> {
      let isUnknown = false
      for (const receipt of await Promise.allSettled(receipts.map(each => each.receipt)))
        if (receipt.status === 'fulfilled') outcome.add(receipt.value)
        else isUnknown ||= !(receipt.reason instanceof ServeError) || receipt.reason.mayBePartial
      return { isUnknown }
    },
  }
}

/** Passes chunks through, and counts their bytes. `takeCount` returns the bytes since its last call. */
function countedBytes(chunks: AsyncIterable<Buffer>) {
  let bytes = 0
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      bytes += chunk.length
      yield chunk
    }
  }
  const takeCount = (): number => {
    const count = bytes
    bytes = 0
    return count
  }
  return { chunks: counted(), takeCount }
}
