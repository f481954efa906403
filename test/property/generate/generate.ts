import { IR_VERSION, type FeatureIR, type GroupIR } from '../../../src/define/ir/ir.ts'
import type { Case } from '../case.ts'
import type { Combination } from '../cover.ts'
import { Asks } from './asks.ts'
import { swarm, type Axes } from './axes.ts'
import { companions } from './companions.ts'
import { Draw } from './draw.ts'
import { Expressions } from './expressions.ts'
import { assignedCombinations, columnOfTable, drawFeature, neededTypes, drawCombination } from './features.ts'
import { history } from './history.ts'
import { groupKey, sourcePlan, type SourcePlan } from './sources.ts'
import { DAY, drawWindow } from './windows.ts'

/**
 * The case of a seed: definitions valid by the IR, a possible history of a log, and reads whose answers the semantics define.
 *
 * Neighbouring seeds together visit every combination of the cover. A case is small (20 to 300 events of a few keys), because faults of
 * windows need few events, and short histories are cheap to compare and easy to read once shrunk.
 */
export function generate(seed: number): Case {
  const draw = new Draw(seed)
  const axes = swarm(draw)
  const wants = assignedCombinations(seed)
  const scale = lengthToFill(draw, wants[0])
  const more = (most: number) => Array.from({ length: draw.between(1, most) }, () => drawCombination(draw, wants[0].window))
  const rows = () => (axes.tables ? Array.from({ length: draw.between(1, 3) }, () => columnOfTable(draw)) : [])
  const groupWants = [[...wants, ...more(4), ...rows()], ...(axes.secondGroup ? [[...more(3), ...rows()]] : [])]

  const sources: SourcePlan[] = (axes.secondSource ? ['s0', 's1'] : ['s0']).map(name =>
    sourcePlan(draw, axes, name, neededTypes(groupWants.flat()), scale),
  )
  const groups = groupWants.map((types, i) => group(draw, axes, `g${i}`, sources[i % sources.length], types))
  const log = history(
    draw,
    axes,
    sources,
    groups.flatMap(({ features }) => features),
    scale,
  )
  const asks = groups.flatMap(of => new Asks(draw, log, of, scale).all())
  return {
    seed,
    ir: { version: IR_VERSION, name: `case${seed}`, sources: sources.map(({ ir }) => ir), groups, models: [] },
    log,
    blocks: draw.between(1, 3),
    asks,
  }
}

/** Length of the window that events are to fill, milliseconds. */
function lengthToFill(draw: Draw, first: Combination): number {
  const window = drawWindow(draw, first.window)
  return window === 'lifetime' ? draw.magnitude(30 * DAY) : window
}

function group(draw: Draw, axes: Axes, name: string, source: SourcePlan, wants: readonly Combination[]): GroupIR {
  const key = groupKey(draw, axes)
  const expressions = new Expressions(draw, source.columns)
  const drawn = wants.map((want, i) => drawFeature(draw, axes, expressions, `f${i}`, want))
  const features: FeatureIR[] = drawn.flatMap(feature => [
    feature,
    ...(axes.companions && draw.chance(0.6) ? companions(draw, feature) : []),
  ])
  return { name, source: source.ir.name, entity: key, key, place: { kind: 'stream' }, features }
}
