import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReplayed, logOf } from '../../../../test/property/engines/replay-order.ts'
import { deciding } from '../../../../test/property/generate/deciders.ts'
import { Draw } from '../../../../test/property/generate/draw.ts'
import type { ModelIR, PipelineIR } from '../../../define/ir/ir.ts'
import { decide } from '../../../replay/decide.ts'
import type { Plan, ElementSetting } from '../../domain/element.ts'
import { Replays } from '../replay/replays.ts'
import { tracedAsOfTimes, ageTraces, type AgeTrace } from './age-traces.ts'

test('the age is that of the latest recorded decision, and the as-of time never decreases', () => {
  const trace: AgeTrace = { t: Float64Array.of(100, 200, 300), age: Float64Array.of(10, 150, Infinity) }
  assert.deepEqual([...tracedAsOfTimes(trace, Float64Array.of(50, 100, 199, 200, 250, 300))], [40, 90, 189, 189, 189, 189])
  assert.deepEqual([...tracedAsOfTimes({ t: Float64Array.of(0), age: Float64Array.of(Infinity) }, Float64Array.of(5))], [-Infinity])
})

test('the recorded ages of a schedule replay as that schedule', () => {
  let compared = 0
  for (let seed = 1; seed <= 60; seed++) {
    const generated = deciding(seed)
    if (!generated || !isReplayed(generated.log)) continue
    const { log, run } = generated
    const span = log.at(-1)!.arrival - log[0].arrival
    const draw = new Draw(seed + 4_000_000)
    const by = draw.magnitude(span + 1)
    const setting: ElementSetting = { kind: 'batch', schedule: { kind: 'interval', every: by, phase: 0 }, lasts: draw.magnitude(span + 1) }
    for (const model of generated.ir.models) {
      const groups = generated.ir.groups.map(group => ({ ...group, features: group.features.filter(({ before }) => !before) }))
      const ir: PipelineIR = { ...generated.ir, groups }
      const plain: ModelIR = withoutMissing(model, ir)
      if (plain.inputs.length === 0) continue
      compared += compare(ir, plain, setting, () => logOf(ir, log, run))
    }
  }
  assert.ok(compared > 500, `only ${compared} decisions were compared`)
})

/** Without inputs of the removed features. */
function withoutMissing(model: ModelIR, { groups }: PipelineIR): ModelIR {
  const has = (group: string, name: string) =>
    groups.some(each => each.name === group && each.features.some(feature => feature.name === name))
  const inputs = model.inputs.filter(({ expr }) => expr.op !== 'feature' || has(expr.group, expr.name))
  return { ...model, inputs, score: { kind: 'none' } }
}

function compare(
  ir: PipelineIR,
  model: ModelIR,
  setting: Extract<ElementSetting, { kind: 'batch' }>,
  log: () => ReturnType<typeof logOf>,
): number {
  const placed = { ...ir, groups: ir.groups.map(group => ({ ...group, place: { ...setting, kind: 'scheduled' as const } })) }
  const recorded = [...decide({ ir: placed, scores: new Map() }, model, log())]
  if (recorded.length === 0) return 0
  const replays = new Replays({ ir, model }, log(), ageTraces(recorded))
  const plan = (of: ElementSetting): Plan => new Map(ir.groups.map(({ name }) => [`group/${name}`, of]))
  const columns = (of: ElementSetting) => [...replays.under(plan(of)).inputs.features.values()].map(({ columns }) => columns.out)
  assert.deepEqual(columns({ kind: 'trace' }), columns(setting), `${ir.name}, ${model.name}`)
  return replays.rows.length
}
