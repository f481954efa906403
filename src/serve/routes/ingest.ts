/** `POST /sources/:source/events`: accepts one event, an array, or NDJSON, and answers when all of it is durable. */
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { jsonLineReaders, type JsonLineReader } from '../../intake/index.ts'
import { withBody } from '../body/body.ts'
import { parseJsonBody } from '../body/json-body.ts'
import type { ClientShare } from '../access/admission-control.ts'
import { mediaTypeOf } from '../http/content-type.ts'
import { lookupByName } from '../http/named-definition.ts'
import { IngestResult, rejectedRecordError } from './ingest-result.ts'
import type { ServerContext } from '../context/server-context.ts'
import type { ServedRun } from '../http/served-run.ts'
import { ingestNdjson } from './ndjson-stream.ts'

export function ingestRoutes(app: FastifyInstance, { run, ir, load }: ServerContext): void {
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
  run: ServedRun,
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
    const submit = () => share.reserveIds(source, records).until(run.submit(source, { ...batch, onRejected: outcome.onRejected }))
    outcome.add(await share.awaitCommit(records, submit))
    if (isSingle && outcome.isRejected) throw rejectedRecordError(outcome)
    return outcome
  })
}
