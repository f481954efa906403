/** `POST /sources/:source/events`: accepts one event, an array, or NDJSON, and answers when all of it is durable. */
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { lineReaders, type LineReader } from '../../intake/line-reader.ts'
import { withBody } from '../body/body.ts'
import { jsonBody } from '../body/json-body.ts'
import type { Share } from '../access/load.ts'
import { mediaOf } from '../http/content-type.ts'
import { finder } from '../http/named-definition.ts'
import { Outcome, refused } from './ingest-result.ts'
import type { Serving } from '../context/server-context.ts'
import type { ServedRun } from '../http/served-run.ts'
import { takeStream } from './ndjson-stream.ts'

/** Adds the route. */
export function ingestRoutes(app: FastifyInstance, { run, ir, load }: Serving): void {
  const sourceNamed = finder('source', ir.sources)
  const readers = lineReaders(ir.sources)
  app.post<{ Params: { source: string } }>('/sources/:source/events', { config: { role: 'ingest' } }, async (request, reply) => {
    const { params, raw } = request
    const share = load.shareOf('ingest', request)
    const source = sourceNamed(params.source)
    const reader = readers.get(source.name)
    const outcome = await (mediaOf(raw) === 'ndjson'
      ? share.streaming(() => takeStream(run, source.name, raw, share, reader))
      : ingestJson(run, source.name, raw, share, reader))
    reply.type('application/json')
    return outcome.text()
  })
}

/** Appends the records of a JSON body. Throws 422 if its only record is rejected; an array reports rejected records by index. */
function ingestJson(
  run: ServedRun,
  source: string,
  request: IncomingMessage,
  share: Share,
  reader: LineReader | undefined,
): Promise<Outcome> {
  return withBody(request, share, async bytes => {
    share.checkRecords()
    const { batch, isSingle } = jsonBody(bytes, reader)
    const outcome = new Outcome(isSingle ? 'alone' : 'index', run.end)
    const records = batch.records.length + batch.undecodable.length
    if (records > 0) outcome.add(await share.waiting(records, () => run.submit(source, { ...batch, onRefused: outcome.onRefused })))
    if (isSingle && outcome.isRefused) throw refused(outcome)
    return outcome
  })
}
