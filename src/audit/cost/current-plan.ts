/** The pipeline as it runs, as a plan that the cost model can price. */
import { groupReads } from '../../decision/index.ts'
import type { ModelIR, PipelineIR, PlacementIR } from '../../define/ir/index.ts'
import { elementId, type Plan, type ElementSetting } from '../domain/element.ts'

const stream: ElementSetting = { kind: 'stream' }

/**
 * Current setting of each element of a model's pipeline, by `elementId`.
 *
 * `lag` and `partial` count as streams: every event updates the group, and reads are late. Training without a schedule and missing actions
 * are left out.
 *
 * @example
 * currentPlan(pipeline.ir, pipeline.ir.models[0]).get('ingestion') // { kind: 'stream' }
 */
export function currentPlan(ir: PipelineIR, model: ModelIR): Plan {
  const { decide, train } = model
  const actions = (ir.actions ?? []).filter(action => action.model === model.name)
  const inline = actions.some(action => action.do.kind === 'answer')
  return new Map<string, ElementSetting>([
    ['ingestion', stream],
    ...groupReads(ir, model).map(
      ({ group }) => [elementId({ kind: 'group', group: group.name }), settingOfPlacement(group.place)] as const,
    ),
    ['inference', decide.kind === 'every' ? { kind: 'every', every: decide.every } : stream],
    ...(actions.length > 0 ? [['action', { kind: inline ? 'inline' : 'async' }] as const] : []),
    ...(train?.every ? [['training', { kind: 'batch', schedule: train.every, lasts: 0 }] as const] : []),
  ])
}

function settingOfPlacement(place: PlacementIR): ElementSetting {
  switch (place.kind) {
    case 'batch':
    case 'scheduled':
      return { kind: 'batch', schedule: place.schedule, lasts: place.lasts }
    case 'hybrid':
      return { kind: 'hybrid', schedule: place.schedule }
    case 'stream':
    case 'lag':
    case 'partial':
    case 'corrected':
      return stream
  }
}
