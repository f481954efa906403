/** Batch runs in a random case: which groups have them, when they are due, and when somebody asks for one. */
import type { GroupIR, PipelineIR, PlacementIR, ScheduleIR } from '../../src/define/ir.ts'
import type { Draw } from '../property/generate/draw.ts'
import type { CrashCase, Step } from './case.ts'

/** Of groups with runs, those that add the events behind a run's cut to its result. */
const HYBRID = 0.4

/** The same case with batch runs, of groups that some of its pipelines place otherwise. */
export function withRuns(draw: Draw, of: CrashCase, span: number): CrashCase {
  const every = (): number => Math.max(1, Math.ceil(span / draw.pick([3, 10, 40])))
  const schedule = (): ScheduleIR => ({ kind: 'interval', every: every(), phase: 0 })
  const place = (): PlacementIR =>
    draw.chance(HYBRID) ? { kind: 'hybrid', schedule: schedule() } : { kind: 'batch', schedule: schedule(), lasts: 0 }
  const placed = new Map(of.ir.groups.flatMap(({ name }, i) => (i === 0 || draw.chance(0.5) ? [[name, place()] as const] : [])))
  const groups = of.ir.groups.map(group => ({ ...group, place: placed.get(group.name) ?? group.place }))
  const ir: PipelineIR = { ...of.ir, groups }
  // What a changed pipeline places as the first one did, it goes on to place so; what it does not, changes between having runs and having none.
  const changed = (of.changed ?? []).map(other => ({
    ...other,
    groups: other.groups.map((group, i): GroupIR => {
      if (!placed.has(group.name)) return group
      return group.place.kind === of.ir.groups[i].place.kind
        ? { ...group, place: draw.chance(0.2) ? place() : placed.get(group.name)! }
        : group
    }),
  }))
  const names = [...placed.keys()]
  const asking = draw.pick([0, 0.05, 0.2])
  const steps = of.steps.flatMap((step): Step[] => (draw.chance(asking) ? [{ do: 'run', group: draw.pick(names) }, step] : [step]))
  return { ...of, ir, changed, steps, runs: { partitions: draw.pick([1, 2, 4]), kept: draw.pick([2, 3, 500]) } }
}
