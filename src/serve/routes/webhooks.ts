/**
 * `POST /sources/:source/webhook`: what a provider sends, signed, into a source.
 *
 * The body is the record, as it stands, and goes through the source's `map`. Providers send a webhook again until it was answered, so its source must know
 * it again: by `id`. Where the body has no field of that name, the id that stands in the headers is put there.
 */
import type { FastifyInstance } from 'fastify'
import { wallClock } from '../../base/clock.ts'
import { SpillwayError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import { durationText } from '../../base/time.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import type { PipelineIR, SourceIR } from '../../define/ir/ir.ts'
import { withBody } from '../body/body.ts'
import { jsonBody, type JsonBody } from '../body/json-body.ts'
import { Outcome } from './ingest-result.ts'
import { ServeError } from '../http/serve-error.ts'
import type { Serving } from '../context/server-context.ts'
import type { UnsignedCounts } from '../access/unsigned-webhook-counts.ts'
import { checkHeaders, decoyVerifier, UnsignedWebhook, webhookVerifier, type Webhooks } from '../access/webhook-signature.ts'

/** Throws as `webhookRoutes`. */
export function checkWebhooks(ir: PipelineIR, webhooks: Webhooks): void {
  for (const [name, secret] of Object.entries(webhooks)) webhookVerifier(secret, sourceOf(ir, name).name)
}

/**
 * One route for all sources, also those that there are not or that take no webhooks: without a right signature every source answers the same, after the same work. Throws `SPILL_INPUT` for a source that
 * there is not, or that would count a webhook twice, or one that somebody else sends again.
 */
export function webhookRoutes(app: FastifyInstance, { run, ir, load, webhooks = {}, unsigned, clock = wallClock }: Serving): void {
  const signed = new Map(
    Object.entries(webhooks).map(([name, secret]) => [name, { source: sourceOf(ir, name), verify: webhookVerifier(secret, name) }]),
  )
  if (signed.size === 0) return
  const nowhere = { source: undefined, verify: decoyVerifier() }
  app.post<{ Params: { source: string } }>('/sources/:source/webhook', { config: { isSigned: true } }, async (request, reply) => {
    const { raw } = request
    const { source: name } = request.params
    const { source, verify } = signed.get(name) ?? nowhere
    const outcome = await toldUniformly(unsigned, source ? name : '', async () => {
      checkHeaders(raw.headers, clock())
      const share = load.shareOf('webhook', request)
      return withBody(raw, share, async (bytes, until) => {
        const { id } = verify(raw.headers, bytes, clock())
        const { batch } = oneRecord(bytes, source!, id)
        const outcome = new Outcome('alone', run.end)
        outcome.add(await share.waiting(1, () => run.submit(name, { ...batch, onRefused: outcome.onRefused }), until))
        return outcome
      })
    })
    // Refused it is kept as a dead letter: the provider need not send it again.
    reply.type('application/json')
    return outcome.text()
  })
}

/** Counts why a webhook was rejected, and tells its sender that it was. */
async function toldUniformly<T>(unsigned: UnsignedCounts, source: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof UnsignedWebhook)) throw error
    unsigned.add(source, error.reason)
    throw new ServeError(
      'SPILL_SIGNATURE',
      'this webhook is not taken: it has no signature of now by a secret of this address; spillway_webhooks_unsigned_total at /metrics says why',
    )
  }
}

function sourceOf({ sources }: PipelineIR, name: string): SourceIR {
  const names = sources.map(source => source.name)
  const source = sources.find(candidate => candidate.name === name)
  if (!source) throw new SpillwayError('SPILL_INPUT', `webhooks: there is no source '${name}'${didYouMean(name, names)}`)
  if (source.id === undefined && source.identity === undefined)
    throw new SpillwayError('SPILL_INPUT', `webhooks are sent more than once, and source '${name}' would count each: give it an id`)
  // Its time may be that much before this machine's clock, or after it.
  const seconds = 2 * limits.WEBHOOK_TOLERANCE_S
  if (source.dedupe < seconds * 1000)
    throw new SpillwayError(
      'SPILL_INPUT',
      `source '${name}' forgets ids after ${durationText(source.dedupe)}, and a signed webhook is taken for ${durationText(seconds * 1000)} (WEBHOOK_TOLERANCE_S): whoever has seen one could send it again; write dedupe: '${durationText(seconds * 1000)}' or longer`,
    )
  return source
}

/** Throws 400 for what is no one record. */
function oneRecord(bytes: Buffer, source: SourceIR, id: string | undefined): JsonBody {
  const body = jsonBody(bytes)
  if (!body.isOne) throw new ServeError('SPILL_INPUT', 'a webhook is one JSON object, not an array')
  const [record] = body.batch.records
  const isWithout = typeof record === 'object' && record !== null && source.id !== undefined && !Object.hasOwn(record, source.id)
  return id !== undefined && isWithout ? jsonBody(withField(bytes, source.id, id)) : body
}

/** The object with one more field, all else as it stood: what becomes a dead letter can be sent again. */
function withField(object: Buffer, name: string, value: string): Buffer {
  const open = object.indexOf('{') + 1
  const isEmpty = /^\s*}/.test(object.toString('latin1', open))
  const field = `${JSON.stringify(name)}:${JSON.stringify(value)}${isEmpty ? '' : ','}`
  return Buffer.concat([object.subarray(0, open), Buffer.from(field), object.subarray(open)])
}
