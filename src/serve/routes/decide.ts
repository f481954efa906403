/**
 * Decisions in the response: `POST /models/:model/decide` asks a model that decides on request, `POST /sources/:source/decide` sends one event and answers
 * with what was decided on it.
 */
import type { FastifyInstance } from 'fastify'
import { Answers } from '../../action/answers.ts'
import type { ColumnIR, ModelIR } from '../../define/ir/ir.ts'
import type { RecordBatch } from '../../intake/batch.ts'
import { lineReaders, type LineReader } from '../../intake/line-reader.ts'
import { withBody } from '../body/body.ts'
import { inline, type Inline } from './inline-decisions.ts'
import { jsonBody } from '../body/json-body.ts'
import type { Until } from '../access/load.ts'
import { mediaOf } from '../http/content-type.ts'
import { finder } from '../http/named-definition.ts'
import { Outcome, refused } from './ingest-result.ts'
import { repeatedFields } from './duplicate-result.ts'
import { ServeError } from '../http/serve-error.ts'
import type { Serving } from '../context/server-context.ts'

export function decideRoutes(app: FastifyInstance, serving: Serving): void {
  requestRoute(app, serving)
  eventRoute(app, serving)
}

function requestRoute(app: FastifyInstance, { run, ir, load }: Serving): void {
  const modelNamed = finder('model', ir.models)
  const answersOf = new Map(ir.models.map(({ name }) => [name, new Answers(ir, [name])]))
  app.post<{ Params: { model: string } }>('/models/:model/decide', { config: { role: 'decide' } }, async (request, reply) => {
    const { params, raw } = request
    const share = load.shareOf('decide', request)
    const { name, columns } = asked(modelNamed(params.model))
    const given = await withBody(raw, share, (bytes, until) => {
      const fields = fieldsOf(oneOf(mediaOf(raw), bytes), columns)
      return share.waiting(
        1,
        hold => {
          const { decided, durable } = run.ask(name, fields)
          hold(durable)
          const decisions = decided.then(decision => [decision])
          return inline(answersOf.get(name)!, decisions, durable)
        },
        until,
      )
    })
    const { decisions, ...rest } = given
    reply.type('application/json')
    return JSON.stringify({ ...(decisions[0] ?? { model: name, score: null }), ...rest })
  })
}

function eventRoute(app: FastifyInstance, { run, ir, load, reader }: Serving): void {
  const sourceNamed = finder('source', ir.sources)
  const lines = lineReaders(ir.sources)
  const deciding = new Map(
    ir.sources.map(({ name }) => [
      name,
      ir.models.filter(({ decide }) => decide.kind === 'on' && decide.source === name).map(model => model.name),
    ]),
  )
  const answersOn = new Map([...deciding].map(([source, models]) => [source, new Answers(ir, models)]))
  app.post<{ Params: { source: string } }>('/sources/:source/decide', { config: { role: 'decide' } }, async (request, reply) => {
    const { params, raw } = request
    const share = load.shareOf('decide', request)
    const { name } = sourceNamed(params.source)
    if (deciding.get(name)!.length === 0)
      throw new ServeError('SPILL_INPUT', `no model decides on '${name}'; send its events to /sources/${name}/events`)
    const text = await withBody(raw, share, async (bytes, until) => {
      const batch = oneOf(mediaOf(raw), bytes, lines.get(name))
      const outcome = new Outcome('alone', run.end)
      const deciding = (hold: Until): Promise<Inline> => {
        const { decided, receipt } = run.decide(name, { ...batch, onRefused: outcome.onRefused })
        // An answer at its deadline lets go of nothing: the run has the event until it is durable.
        hold(receipt)
        const known = receipt.then(told => outcome.add(told))
        // Behind a tick the event may be durable long before it is decided on.
        return inline(answersOn.get(name)!, decided, Promise.all([known, decided]))
      }
      const given = await share.waiting(1, deciding, until)
      if (outcome.isRefused) throw refused(outcome)
      const fields = given.durable && { ...outcome.fields(), ...repeatedFields(outcome.repeats, given.decisions.length, reader) }
      return JSON.stringify({ ...fields, ...given })
    })
    reply.type('application/json')
    return text
  })
}

function asked({ name, decide }: ModelIR): { readonly name: string; readonly columns: readonly ColumnIR[] } {
  if (decide.kind === 'request') return { name, columns: decide.columns }
  const how =
    decide.kind === 'on'
      ? `at each event of '${decide.source}'; send one to /sources/${decide.source}/decide`
      : `at ticks; see its decisions at /decisions?model=${name}`
  throw new ServeError('SPILL_INPUT', `model '${name}' decides ${how}`)
}

/** Throws 400 for what is no one object. */
function oneOf(media: ReturnType<typeof mediaOf>, bytes: Buffer, lines?: LineReader): RecordBatch {
  if (media !== 'json') throw new ServeError('SPILL_INPUT', 'what is to be decided on is one JSON object', { status: 415 })
  const { batch, isOne } = jsonBody(bytes, lines)
  if (!isOne) throw new ServeError('SPILL_INPUT', 'what is to be decided on is one JSON object, not an array')
  return batch
}

/** Throws 400 for fields that are not as they are written. */
function fieldsOf(batch: RecordBatch, columns: readonly ColumnIR[]): unknown {
  const [undecodable] = batch.undecodable
  if (undecodable) throw new ServeError('SPILL_INPUT', `the fields of the request: ${undecodable.detail}`)
  for (const [name, text] of batch.inexact?.get(0) ?? [])
    if (columns.some(column => column.name === name && column.type !== 'double'))
      throw new ServeError('SPILL_INPUT', `'${name}' is ${text}, which has more digits than a JSON number holds; write it as text`)
  return batch.records[0]
}
