/** Batch runs in a random case: their groups, due times, and requests. */
import type { GroupIR, PipelineIR, PlacementIR } from '../../src/define/ir/ir.ts'
import type { Draw } from '../property/generate/draw.ts'
import type { CrashCase, Step } from './case.ts'

/** The same case with batch runs, of groups that some of its pipelines place otherwise. */
export function withRuns(draw: Draw, of: CrashCase, span: number): CrashCase {
  const place = (): PlacementIR => ({
    kind: 'batch',
    schedule: { kind: 'interval', every: Math.max(1, Math.ceil(span / draw.pick([3, 10, 40]))), phase: 0 },
    lasts: 0,
  })
  const placed = new Map(of.ir.groups.flatMap(({ name }, i) => (i === 0 || draw.chance(0.5) ? [[name, place()] as const] : [])))
  const groups = of.ir.groups.map(group => ({ ...group, place: placed.get(group.name) ?? group.place }))
  const ir: PipelineIR = { ...of.ir, groups }
  // A changed pipeline keeps the placements that the first one had; others change between batch runs and none.
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
  // A ledger that keeps one run removes the one that its group serves when the next ends, before its swap, if it takes it for unneeded.
  return { ...of, ir, changed, steps, runs: { partitions: draw.pick([1, 2, 4]), kept: draw.pick([1, 1, 500]) } }
}

/** The same with hybrid groups, which add the events after a run's cut to its result, in place of some batch groups. */
export function withHybrid(draw: Draw, { ir, changed = [], ...of }: CrashCase): CrashCase {
  const names = ir.groups.flatMap(({ name, place }, i) => (place.kind === 'batch' && (i === 0 || draw.chance(0.5)) ? [name] : []))
  const hybrid = (one: PipelineIR): PipelineIR => ({
    ...one,
    groups: one.groups.map(group =>
      names.includes(group.name) && group.place.kind === 'batch'
        ? { ...group, place: { kind: 'hybrid', schedule: group.place.schedule } }
        : group,
    ),
  })
  return { ...of, ir: hybrid(ir), changed: changed.map(hybrid) }
}
