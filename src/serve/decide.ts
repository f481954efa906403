/** `POST /models/:model/decide`: fields in, and the decision out when it is durable. */
import type { FastifyInstance } from 'fastify'
import type { ColumnIR, ModelIR } from '../define/ir.ts'
import { withBody } from './body.ts'
import { jsonBody } from './json-body.ts'
import { mediaOf } from './media.ts'
import { finder } from './named.ts'
import { ServeError } from './serve-error.ts'
import type { Serving } from './serving.ts'

export function decideRoutes(app: FastifyInstance, { run, ir, load }: Serving): void {
  const modelNamed = finder('model', ir.models)
  app.post<{ Params: { model: string } }>('/models/:model/decide', { config: { role: 'decide' } }, async ({ params, raw }, reply) => {
    const model = modelNamed(params.model)
    const columns = requestColumns(model)
    if (mediaOf(raw) !== 'json') throw new ServeError('SPILL_INPUT', 'a request is one JSON object', { status: 415 })
    const bound = { bytes: load.bounds.jsonBytes, limit: 'HTTP_JSON_BYTES_MAX' }
    const decision = await withBody(raw, bound, load, bytes => {
      const fields = fieldsOf(bytes, columns)
      return load.waiting(() => run.request(model.name, fields))
    })
    reply.type('application/json')
    return JSON.stringify(decision)
  })
}

function requestColumns({ name, decide }: ModelIR): readonly ColumnIR[] {
  if (decide.kind === 'request') return decide.columns
  const when = decide.kind === 'on' ? `at each event of '${decide.source}'` : 'at ticks'
  throw new ServeError('SPILL_INPUT', `model '${name}' decides ${when}, not on request; see its decisions at /decisions?model=${name}`)
}

/** Throws 400 for what is no one object. */
function fieldsOf(bytes: Buffer, columns: readonly ColumnIR[]): unknown {
  const { batch, isOne } = jsonBody(bytes)
  if (!isOne) throw new ServeError('SPILL_INPUT', 'a request is one JSON object, not an array')
  const [undecodable] = batch.undecodable
  if (undecodable) throw new ServeError('SPILL_INPUT', `the fields of the request: ${undecodable.detail}`)
  for (const [name, text] of batch.inexact?.get(0) ?? [])
    if (columns.some(column => column.name === name && column.type !== 'double'))
      throw new ServeError('SPILL_INPUT', `'${name}' is ${text}, which has more digits than a JSON number holds; write it as text`)
  return batch.records[0]
}
