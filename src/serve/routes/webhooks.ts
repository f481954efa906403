/**
 * `POST /sources/:source/webhook`: ingests a signed webhook of a provider.
 *
 * The body is the record, and passes the `map` of the source. Providers send a webhook again until it is answered, so the source needs an
 * `id` to deduplicate it. If the body has no field of that name, and of no earlier one, the id from the headers is inserted.
 */
import type { FastifyInstance } from 'fastify'
import { wallClock, SpillwayError, limits, durationText, didYouMean } from '../../base/index.ts'
import type { PipelineIR, SourceIR } from '../../define/ir/index.ts'
import type { Rejection } from '../../intake/index.ts'
import { withBody } from '../body/body.ts'
import { parseJsonBody, type JsonBody } from '../body/json-body.ts'
import { IngestResult } from './ingest-result.ts'
import { ServeError } from '../http/serve-error.ts'
import { traceOf } from '../http/trace-headers.ts'
import type { ServerContext } from '../context/server-context.ts'
import {
  checkSignatureHeaders,
  decoyVerifier,
  UnsignedWebhook,
  webhookVerifier,
  type UnsignedWebhookCounts,
  type WebhookSecrets,
} from '../access/webhook-signature.ts'

/** Checks the webhook options. Throws as `webhookRoutes` does. */
export function checkWebhooks(ir: PipelineIR, webhooks: WebhookSecrets): void {
  for (const [name, secret] of Object.entries(webhooks)) webhookVerifier(secret, sourceOf(ir, name).name)
}

/**
 * Adds one route for all source names, existing or not. Without a valid signature every name gets the same answer, after the same work.
 *
 * Throws `SPILL_NOT_FOUND` for options that name an unknown source, `SPILL_INPUT` for a source that would not deduplicate webhooks.
 */
export function webhookRoutes(app: FastifyInstance, { run, ir, load, webhooks = {}, unsigned, clock = wallClock }: ServerContext): void {
  const signed = new Map(
    Object.entries(webhooks).map(([name, secret]) => [name, { source: sourceOf(ir, name), verify: webhookVerifier(secret, name) }]),
  )
  if (signed.size === 0) return
  const decoy = { source: undefined, verify: decoyVerifier() }
  app.post<{ Params: { source: string } }>('/sources/:source/webhook', { config: { isSigned: true } }, async (request, reply) => {
    const { raw } = request
    const { source: name } = request.params
    const { source, verify } = signed.get(name) ?? decoy
    const outcome = await uniformly(unsigned, source ? name : '', async () => {
      checkSignatureHeaders(raw.headers, clock())
      const share = load.shareOf('webhook', request)
      return withBody(raw, share, async (bytes, until) => {
        const { id } = verify(raw.headers, bytes, clock())
        const { batch } = singleWebhook(bytes, source!, id)
        const outcome = new IngestResult('alone', run.end)
        const submit = () =>
          share.reserveIds(name, 1).until(run.submit(name, { ...batch, onRejected: outcome.onRejected, trace: traceOf(raw) }))
        outcome.add(await share.awaitCommit(1, submit, until))
        return outcome
      })
    })
    // A rejected webhook is kept as a dead letter, so it is acknowledged: the provider need not send it again.
    reply.type('application/json')
    return outcome.toJson()
  })
}

/** Runs `act`. Counts the reason of an unsigned webhook, and throws one error for all reasons. */
async function uniformly<T>(unsigned: UnsignedWebhookCounts, source: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof UnsignedWebhook)) throw error
    unsigned.add(source, error.reason)
    throw new ServeError(
      'SPILL_SIGNATURE',
      'this webhook is rejected: it has no current signature by a secret of this address; see spillway_webhooks_unsigned_total at /metrics',
    )
  }
}

function sourceOf({ sources }: PipelineIR, name: string): SourceIR {
  const names = sources.map(source => source.name)
  const source = sources.find(candidate => candidate.name === name)
  if (!source) throw new SpillwayError('SPILL_NOT_FOUND', `webhooks: there is no source '${name}'${didYouMean(name, names)}`)
  if (source.id === undefined && source.identity === undefined)
    throw new SpillwayError('SPILL_INPUT', `providers send a webhook more than once, and source '${name}' would count each: give it an id`)
  // A timestamp may be off by the tolerance in both directions.
  const seconds = 2 * limits.WEBHOOK_TOLERANCE_S
  if (source.dedupe < seconds * 1000)
    throw new SpillwayError(
      'SPILL_INPUT',
      `source '${name}' forgets ids after ${durationText(source.dedupe)}, but a signed webhook is valid for ${durationText(seconds * 1000)} (WEBHOOK_TOLERANCE_S) and could be replayed; write dedupe: '${durationText(seconds * 1000)}' or longer`,
    )
  return source
}

/** The record of a webhook, rejected or not, with the id of its headers if the body has none. Throws 400 for an array. */
function singleWebhook(bytes: Buffer, source: SourceIR, id: string | undefined): JsonBody {
  const body = parseJsonBody(bytes)
  if (!body.isSingle) throw new ServeError('SPILL_INPUT', 'a webhook is one JSON object, not an array')
  const { records, undecodable } = body.batch
  const record = undecodable.length > 0 ? valueOf(undecodable[0]) : records[0]
  if (id === undefined || source.id === undefined || typeof record !== 'object' || record === null) return body
  const hasId = idNames(source).some(name => Object.hasOwn(record, name))
  return hasId ? body : parseJsonBody(withField(bytes, source.id, id))
}

/** Names under which a record may have the id. A `map` gets the provider's record, whose names are no earlier ones of columns. */
function idNames({ id, columns, mapVersion }: SourceIR): readonly string[] {
  const { name, aliases = [] } = columns.find(column => column.name === id)!
  return mapVersion === undefined ? [name, ...aliases] : [name]
}

/** The value of a record that was rejected for its form, such as a field that occurs twice; undefined if it is no JSON. */
function valueOf({ raw }: Rejection): unknown {
  try {
    return JSON.parse(Buffer.from(raw).toString())
  } catch {
    return undefined
  }
}

/** The bytes of an object with one more field, otherwise unchanged, so that a dead letter can be replayed. */
function withField(object: Buffer, name: string, value: string): Buffer {
  const open = object.indexOf('{') + 1
  const isEmpty = /^\s*}/.test(object.toString('latin1', open))
  const field = `${JSON.stringify(name)}:${JSON.stringify(value)}${isEmpty ? '' : ','}`
  return Buffer.concat([object.subarray(0, open), Buffer.from(field), object.subarray(open)])
}
