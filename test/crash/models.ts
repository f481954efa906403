/** Random models and placements for the groups of a random pipeline, on events and at ticks. */
import type { ColumnIR, GroupIR, InputIR, ModelIR, PipelineIR, PlacementIR, SourceIR, TriggerIR } from '../../src/define/ir/ir.ts'
import type { Draw } from '../property/generate/draw.ts'
import { NUMBER, requestTrigger } from './asks.ts'

const FEATURES_MAX = 4
const ONE: ModelIR['score'] = { kind: 'linear', intercept: 1, terms: [] }

export function drawPlacement(draw: Draw, span: number): PlacementIR {
  const by = (): number => draw.pick([0, 1, draw.magnitude(Math.max(1, span / 2))])
  const every = (): number => Math.max(1, Math.ceil(span / draw.pick([3, 10, 40])))
  return draw.weighted<() => PlacementIR>([
    [5, () => ({ kind: 'stream' })],
    [1, () => ({ kind: 'lag', by: by() })],
    [1, () => ({ kind: 'partial', by: by() })],
    [1, () => ({ kind: draw.pick(['scheduled', 'batch']), schedule: { kind: 'interval', every: every(), phase: 0 }, lasts: by() })],
  ])()
}

/** At least one model that decides on events, and often one that ticks or decides on request. `span`: length of the history, ms. */
export function drawModels(draw: Draw, ir: PipelineIR, span: number): ModelIR[] {
  const onEvents = ir.sources
    .filter((_, i) => i === 0 || draw.chance(0.8))
    .map((source, i) => modelOf(draw, ir, `on${i}`, { kind: 'on', source: source.name }, source.columns))
  const first = draw.chance(0.5) ? ticker(draw, ir, span) : undefined
  const second = first && draw.chance(0.5) ? { ...first, name: 'alsoTicking', inputs: first.inputs.slice(0, 1), score: ONE } : undefined
  const ticking = [first, second]
  const onRequest = draw.chance(0.5) ? [requestModel(draw, ir)] : []
  return [...onEvents, ...ticking, ...onRequest].flatMap(model => model ?? [])
}

/** Its decisions contain the number of their request. */
function requestModel(draw: Draw, ir: PipelineIR): ModelIR | undefined {
  const decide = requestTrigger(ir)
  const model = modelOf(draw, ir, 'asked', decide, decide.columns)
  return (
    model && { ...model, inputs: [...model.inputs, { name: NUMBER.name, expr: { op: 'trigger', name: NUMBER.name, type: NUMBER.type } }] }
  )
}

function ticker(draw: Draw, ir: PipelineIR, span: number): ModelIR | undefined {
  const single = ir.groups.filter(({ entity }) => entity.length === 1)
  if (single.length === 0) return undefined
  const group = draw.pick(single)
  const [entity] = group.entity
  const of = columnOf(
    ir.sources.find(({ name }) => name === group.source)!,
    group.key[0],
  )!
  const column: ColumnIR = { ...of, name: entity, nullable: false, entity }
  const every = Math.max(1, Math.ceil(span / draw.pick([3, 10, 25])))
  const live = draw.pick([1, 2, 5]) * every
  return modelOf(draw, ir, 'ticking', { kind: 'every', every, live, column }, [column], [group])
}

/** `undefined` if no group can be read at the columns of the trigger. */
function modelOf(
  draw: Draw,
  ir: PipelineIR,
  name: string,
  decide: TriggerIR,
  columns: readonly ColumnIR[],
  groups: readonly GroupIR[] = ir.groups,
): ModelIR | undefined {
  const inputs = groups.flatMap((group): InputIR[] => {
    const source = ir.sources.find(({ name }) => name === group.source)!
    if (
      !group.key.every(key =>
        isSameType(
          columnOf(source, key),
          columns.find(({ name }) => name === key),
        ),
      )
    )
      return []
    const own = decide.kind === 'on' && decide.source === source.name
    const features = group.features.filter(({ before }) => own || !before)
    return draw
      .shuffled(features)
      .slice(0, FEATURES_MAX)
      .map(({ name, type, scale }) => ({
        name: `${group.name}.${name}`,
        expr: { op: 'feature', group: group.name, key: group.key, name, type, ...(scale !== undefined && { scale }) },
      }))
  })
  if (inputs.length === 0) return undefined
  const counts = inputs.filter(({ expr }) => expr.op === 'feature' && isCount(ir, expr.group, expr.name))
  const terms = counts.map(({ name }, i) => ({ input: name, weight: i + 1, ifNull: 0 }))
  return { name, decide, inputs, score: { kind: 'linear', intercept: 1, terms } }
}

const isCount = ({ groups }: PipelineIR, group: string, name: string): boolean =>
  groups.find(candidate => candidate.name === group)!.features.find(feature => feature.name === name)!.agg === 'count'

const columnOf = ({ columns }: SourceIR, name: string): ColumnIR | undefined => columns.find(column => column.name === name)

const isSameType = (a: ColumnIR | undefined, b: ColumnIR | undefined): boolean => a?.type === b?.type && a?.scale === b?.scale
