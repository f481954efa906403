/** Random reports over a deciding case, and times near changes. */
import assert from 'node:assert/strict'
import type { LoggedEvent } from '../../../src/define/source/source.ts'
import type { ExprIR, ModelIR, PipelineIR, ReportIR } from '../../../src/define/ir/ir.ts'
import type { Draw } from './draw.ts'

const TIMES = 6

/** A report on the model, or on its inputs alone. */
export function reportOf(draw: Draw, ir: PipelineIR, model: ModelIR): ReportIR {
  const { inputs, score } = model
  const { column, live } = ir.models.map(({ decide }) => decide).find(decide => decide.kind === 'every')!
  const isModel = draw.chance(0.7)
  const sortable = [...(isModel ? ['score'] : []), ...inputs.filter(({ expr }) => !isList(ir, expr)).map(({ name }) => `vector.${name}`)]
  const where: ExprIR = {
    op: draw.pick(['gte', 'lt']),
    left: { op: 'column', name: 'score', type: 'double' },
    right: { op: 'literal', value: draw.pick([0, 0.25, 0.5, 1]), type: 'double' },
    type: 'bool',
  }
  assert.equal(score.kind, 'linear')
  return {
    name: 'list',
    of: isModel ? { kind: 'model', model: model.name } : { kind: 'inputs', inputs },
    column,
    at: { kind: 'interval', every: 1000, phase: 0 },
    live,
    ...(isModel && draw.chance(0.4) && { where }),
    ...(sortable.length > 0 &&
      draw.chance(0.7) && {
        orderBy: [...new Set([draw.pick(sortable), draw.pick(sortable)])].map(name => ({ column: name, descending: draw.chance(0.5) })),
      }),
    ...(draw.chance(0.4) && { limit: draw.between(1, 4) }),
    ...(draw.chance(0.6) && { freshness: draw.magnitude(1e6) }),
  }
}

/** With all rows of live keys. */
export function withoutLimits({ where: _w, limit: _l, ...report }: ReportIR): ReportIR {
  return report
}

const isList = ({ groups }: PipelineIR, expr: ExprIR): boolean =>
  expr.op === 'feature' &&
  ['lastK', 'topK', 'histogram'].includes(
    groups.find(({ name }) => name === expr.group)!.features.find(({ name }) => name === expr.name)!.agg,
  )

/** At arrivals and beside them, at the ends of live periods, before everything and after it. */
export function timesOf(draw: Draw, log: readonly LoggedEvent[], { live }: ReportIR): number[] {
  const times = Array.from({ length: TIMES }, () => {
    const { time, arrival } = draw.pick(log)
    return draw.weighted([
      [5, () => arrival + draw.pick([-1, 0, 1])],
      [3, () => Math.max(arrival, time + live + draw.pick([-1, 0, 1]))],
      [1, () => log[0].arrival - draw.magnitude(1e6)],
      [1, () => log.at(-1)!.arrival + draw.magnitude(1e9)],
    ])()
  })
  return [...new Set(times)].sort((a, b) => a - b)
}
