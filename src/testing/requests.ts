/** Requests of a test, in columns. */
import { SpillwayError } from '../base/index.ts'
import type { Strings } from '../columns/index.ts'
import type { ModelIR, PipelineIR, TriggerIR } from '../define/ir/index.ts'
import { RequestReader } from '../intake/index.ts'
import type { Requests } from '../replay/index.ts'
import { modelNamed } from './model-named.ts'

/** A request to a model. */
export interface TestRequest {
  readonly model: string
  readonly fields: unknown
  /** Clock of the request, UTC ms. */
  readonly at: number
  /** Number of events before it in the total order. */
  readonly place: number
}

/** Throws `SPILL_INPUT` for a model that does not decide on request, and for invalid fields. */
export function checkRequest(ir: PipelineIR, name: string, fields: unknown, strings: Strings): void {
  const fault = new RequestReader(requestOf(modelNamed(ir, name)), strings).readFields(fields)
  if (fault) throw new SpillwayError('SPILL_INPUT', `model '${name}' rejected the request (${fault.reason}): ${fault.detail}`)
}

/** Requests in columns, by model. `order` has the source index of each event. */
export function requestsOf(
  ir: PipelineIR,
  asked: readonly TestRequest[],
  order: readonly number[],
  strings: Strings,
): ReadonlyMap<string, Requests> {
  const models = ir.models.filter(({ decide }) => decide.kind === 'request')
  return new Map(
    models.map(model => {
      const ofModel = asked.filter(request => request.model === model.name)
      const reader = new RequestReader(requestOf(model), strings)
      for (const { fields } of ofModel) reader.readFields(fields)
      const before = (source: string, place: number): number =>
        order.slice(0, place).filter(index => ir.sources[index].name === source).length
      const requests: Requests = {
        t: Float64Array.from(ofModel, ({ at }) => at),
        prefixes: source => Int32Array.from(ofModel, ({ place }) => before(source, place)),
        columns: reader.columns(),
      }
      return [model.name, requests]
    }),
  )
}

function requestOf({ name, decide }: ModelIR): Extract<TriggerIR, { kind: 'request' }> {
  if (decide.kind === 'request') return decide
  throw new SpillwayError('SPILL_INPUT', `model '${name}' decides by itself, not on request; see run.decisions(${name})`)
}
