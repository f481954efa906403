/**
 * The cases of `prove placements`: a random pipeline with four copies of each group, in the placements that law 6 calls identical, over a
 * run that crashes.
 */
import type { GroupIR, InputIR, ModelIR, PipelineIR, PlacementIR } from '../../src/define/ir/ir.ts'
import type { CrashCase, Step } from '../crash/case.ts'
import { generateWithoutRuns } from '../crash/generate.ts'
import { Draw } from '../property/generate/draw.ts'

export const alike = ['stream', 'lag', 'partial', 'hybrid'] as const
export type Alike = (typeof alike)[number]

/** The name of a group in a placement. */
export const placedName = (kind: Alike, name: string): string => `${kind}_${name}`

/** The case of a seed: one pipeline for all of its processes, over a log that forgets nothing, with batch runs beside it. */
export function placedCase(seed: number): CrashCase {
  const { of, span } = generateWithoutRuns(seed)
  const { keep: _keep, changed: _changed, ...rest } = of
  const draw = new Draw(seed ^ 0x1a6)
  const places = new Map(of.ir.groups.map(({ name }) => [name, placesOf(draw, span)]))
  const { actions: _actions, ...ir } = of.ir
  const groups = ir.groups.flatMap(group =>
    alike.map((kind): GroupIR => ({ ...group, name: placedName(kind, group.name), place: places.get(group.name)![kind] })),
  )
  const models = ir.models.map((model): ModelIR => ({
    ...model,
    inputs: model.inputs.flatMap(placedInputs),
    score: { kind: 'linear', intercept: 1, terms: [] },
  }))
  const placed: PipelineIR = { ...ir, groups, models }
  const names = ir.groups.map(({ name }) => placedName('hybrid', name))
  const asking = draw.pick([0.03, 0.1])
  const steps = of.steps
    .filter(step => step.do !== 'change')
    .flatMap((step): Step[] => (draw.chance(asking) ? [...runStep(draw, names), step] : [step]))
  return { ...rest, ir: placed, steps, runs: { partitions: draw.pick([1, 2, 4]), kept: draw.pick([2, 3, 500]) } }
}

function placesOf(draw: Draw, span: number): Readonly<Record<Alike, PlacementIR>> {
  const every = Math.max(1, Math.ceil(span / draw.pick([3, 10, 40, 200])))
  return {
    stream: { kind: 'stream' },
    lag: { kind: 'lag', by: 0 },
    partial: { kind: 'partial', by: 0 },
    hybrid: { kind: 'hybrid', schedule: { kind: 'interval', every, phase: 0 } },
  }
}

/** Requests a batch run, and mostly lets it end. */
function runStep(draw: Draw, groups: readonly string[]): Step[] {
  const going = Array.from({ length: draw.between(0, 8) }, (): Step[] => [{ do: 'turn' }, { do: 'sync', count: draw.pick([1, 1000]) }])
  return [{ do: 'run', group: draw.pick(groups) }, ...going.flat()]
}

/** Inputs other than features stay; a feature is read in each placement. */
function placedInputs({ name, expr }: InputIR): InputIR[] {
  if (expr.op !== 'feature') return [{ name, expr }]
  return alike.map(kind => ({ name: `${kind}.${name}`, expr: { ...expr, group: placedName(kind, expr.group) } }))
}
