/**
 * Decisions in the response. `POST /models/:model/decide` requests a decision of a model; `POST /sources/:source/decide` sends one event
 * and answers with the decisions on it.
 */
import type { FastifyInstance } from 'fastify'
import { InlineAnswers } from '../../action/index.ts'
import type { ColumnIR, ModelIR } from '../../define/ir/index.ts'
import { inexactFault, type RecordBatch, jsonLineReaders, type JsonLineReader } from '../../intake/index.ts'
import { withBody } from '../body/body.ts'
import { parseJsonBody } from '../body/json-body.ts'
import type { HoldUntil } from '../access/admission-control.ts'
import { mediaTypeOf, lookupByName } from '../http/request.ts'
import { traceOf, traceResponse } from '../http/trace-headers.ts'
import { IngestResult, rejectedRecordError, duplicateFields } from './ingest-result.ts'
import { ServeError } from '../http/serve-error.ts'
import type { ServerContext } from '../context/server-context.ts'
import { callAfter, limits } from '../../base/index.ts'
import type { PersonalMask } from '../../operate/index.ts'
import type { RecordedDecision } from '../../run/decide/index.ts'
import { maskFor, personalRole } from './route.ts'

export function decideRoutes(app: FastifyInstance, context: ServerContext): void {
  requestRoute(app, context)
  eventRoute(app, context)
}

function requestRoute(app: FastifyInstance, context: ServerContext): void {
  const { run, ir, load } = context
  const config = { role: 'decide', ...personalRole(context) } as const
  const modelNamed = lookupByName('model', ir.models)
  const answersOf = new Map(ir.models.map(({ name }) => [name, new InlineAnswers(ir, [name])]))
  app.post<{ Params: { model: string } }>('/models/:model/decide', { config }, async (request, reply) => {
    const { params, raw } = request
    const share = load.shareOf('decide', request)
    const { name, columns } = onRequest(modelNamed(params.model))
    const trace = traceOf(raw)
    const answer = await withBody(raw, share, (bytes, until) => {
      const fields = fieldsOf(singleRecord(mediaTypeOf(raw), bytes), columns)
      return share.awaitCommit(
        1,
        hold => {
          const { decided, durable } = run.requestDecision(name, fields, trace)
          hold(durable)
          const decisions = decided.then(decision => [decision])
          return awaitInlineDecisions(answersOf.get(name)!, decisions, durable)
        },
        until,
      )
    })
    const { decisions, ...rest } = maskedAnswer(answer, maskFor(context, request))
    reply.type('application/json')
    if (trace) reply.header('traceresponse', traceResponse(trace))
    return JSON.stringify({ ...(decisions[0] ?? { model: name, score: null }), ...rest })
  })
}

function eventRoute(app: FastifyInstance, context: ServerContext): void {
  const { run, ir, load, folder } = context
  const config = { role: 'decide', ...personalRole(context) } as const
  const sourceNamed = lookupByName('source', ir.sources)
  const lines = jsonLineReaders(ir.sources)
  const modelsOf = new Map(
    ir.sources.map(({ name }) => [
      name,
      ir.models.filter(({ decide }) => decide.kind === 'on' && decide.source === name).map(model => model.name),
    ]),
  )
  const answersOn = new Map([...modelsOf].map(([source, models]) => [source, new InlineAnswers(ir, models)]))
  app.post<{ Params: { source: string } }>('/sources/:source/decide', { config }, async (request, reply) => {
    const { params, raw } = request
    const share = load.shareOf('decide', request)
    const { name } = sourceNamed(params.source)
    const trace = traceOf(raw)
    if (modelsOf.get(name)!.length === 0)
      throw new ServeError('SPILL_INPUT', `no model decides on '${name}'; send its events to /sources/${name}/events`)
    const text = await withBody(raw, share, async (bytes, until) => {
      const batch = singleRecord(mediaTypeOf(raw), bytes, lines.get(name))
      const ingested = new IngestResult('alone', run.end)
      const decide = (hold: HoldUntil): Promise<InlineDecisions> => {
        const ids = share.reserveIds(name, 1)
        const { decided, receipt } = run.decide(name, { ...batch, onRejected: ingested.onRejected, trace })
        // An answer at its deadline releases nothing: the run holds the event until it is durable.
        hold(ids.until(receipt))
        const counted = receipt.then(result => ingested.add(result))
        // During a tick an event may be durable long before the decision on it is made.
        return awaitInlineDecisions(answersOn.get(name)!, decided, Promise.all([counted, decided]))
      }
      const result = await share.awaitCommit(1, decide, until)
      if (ingested.isRejected) throw rejectedRecordError(ingested)
      const fields = result.durable && {
        ...ingested.fields(),
        ...duplicateFields(ingested.originalEntry, result.decisions.length, folder.log),
      }
      return JSON.stringify({ ...fields, ...maskedAnswer(result, maskFor(context, request)) })
    })
    reply.type('application/json')
    if (trace) reply.header('traceresponse', traceResponse(trace))
    return text
  })
}

/** The answer, with its decisions masked. Answers of actions stay: they are made for the caller. */
const maskedAnswer = (answer: InlineDecisions, mask: PersonalMask | undefined): InlineDecisions =>
  mask ? { ...answer, decisions: answer.decisions.map(decision => mask.decision(decision)) } : answer

/** The model, if it decides on request. Throws 400 for a model with a different trigger. */
function onRequest({ name, decide }: ModelIR): { readonly name: string; readonly columns: readonly ColumnIR[] } {
  if (decide.kind === 'request') return { name, columns: decide.columns }
  const trigger =
    decide.kind === 'on'
      ? `at each event of '${decide.source}'; send one to /sources/${decide.source}/decide`
      : `at ticks; see its decisions at /decisions?model=${name}`
  throw new ServeError('SPILL_INPUT', `model '${name}' decides ${trigger}`)
}

/** The record of a body that is one JSON object. Throws 400, or 415 for NDJSON. */
function singleRecord(media: ReturnType<typeof mediaTypeOf>, bytes: Buffer, lines?: JsonLineReader): RecordBatch {
  if (media !== 'json') throw new ServeError('SPILL_FORMAT', 'a decision needs one JSON object', { status: 415 })
  const { batch, isSingle } = parseJsonBody(bytes, lines)
  if (!isSingle) throw new ServeError('SPILL_INPUT', 'a decision needs one JSON object, not an array')
  return batch
}

/** The fields of a request. Throws 400 for fields that cannot be decoded, or that lose digits as a JSON number. */
function fieldsOf(batch: RecordBatch, columns: readonly ColumnIR[]): unknown {
  const [undecodable] = batch.undecodable
  if (undecodable) throw new ServeError('SPILL_INPUT', `the fields of the request: ${undecodable.detail}`)
  const inexact = batch.inexact?.get(0)
  const fault = inexact && inexactFault(columns, inexact)
  if (fault) throw new ServeError('SPILL_INPUT', fault.detail)
  return batch.records[0]
}

/** The answer to a request that waits for decisions. */
interface InlineDecisions {
  readonly decisions: readonly RecordedDecision[]
  readonly durable: boolean
  /** Why the answers are fallbacks, and not those of a decision. */
  readonly degraded?: string
  /** Answers by action; absent where no action answers. */
  readonly answers?: Readonly<Record<string, unknown>>
}

/** `decided` resolves when the decisions are made, `durable` when they are on the disk. Rejects as `durable` does before the deadline. */
export async function awaitInlineDecisions(
  answers: InlineAnswers,
  decided: Promise<readonly RecordedDecision[]>,
  durable: Promise<unknown>,
  later: typeof callAfter = callAfter,
): Promise<InlineDecisions> {
  let decisions: readonly RecordedDecision[] | undefined
  // `durable` reports a failure.
  const settled = decided.then(
    recorded => (decisions = recorded),
    () => {},
  )
  const { deadline } = answers
  const answersOf = (decisions: readonly RecordedDecision[]) => (answers.isEmpty ? {} : { answers: answers.answersFor(decisions) })
  const isDurable = await (deadline === undefined ? durable.then(() => true) : beforeDeadline(durable, deadline, later))
  if (isDurable) {
    await settled
    return { decisions: decisions ?? [], durable: true, ...answersOf(decisions ?? []) }
  }
  if (decisions) return { decisions, durable: false, ...answersOf(decisions) }
  return { decisions: [], durable: false, degraded: `no decision within ${deadline} ms`, answers: answers.fallbacks() }
}

/** Is the decision durable before the deadline? The wait ends `ANSWER_MARGIN_MS` earlier, so that the response arrives in time. */
async function beforeDeadline(durable: Promise<unknown>, deadline: number, later: typeof callAfter): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const timer = later(deadline - Math.min(limits.ANSWER_MARGIN_MS, Math.ceil(deadline / 2)), () => resolve(false))
  durable.then(() => resolve(true), reject)
  try {
    return await promise
  } finally {
    timer.stop()
  }
}
