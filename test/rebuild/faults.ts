/** Planted faults of `prove rebuild`: one fault in the results of a run, each where it is possible. */
import type { Value } from '../../src/define/ir/ir.ts'
import type { RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import type { Draw } from '../property/generate/draw.ts'
import type { Material } from './case.ts'

/** `undefined` if the material has no place for it. */
export type Fault = (material: Material, draw: Draw) => Material | undefined

type Vector = Record<string, Value | readonly Value[] | Record<string, Value>>

/** Another decision in place of one of those that pass. */
function inDecision(
  material: Material,
  draw: Draw,
  fits: (decision: RecordedDecision) => boolean,
  change: (decision: RecordedDecision) => RecordedDecision,
): Material | undefined {
  const places = material.recorded.flatMap((decision, i) => (fits(decision) ? [i] : []))
  if (places.length === 0) return undefined
  const at = draw.pick(places)
  return { ...material, recorded: material.recorded.with(at, change(material.recorded[at])) }
}

/**
 * Every vector cell that is a number of an exact feature is off by one unit in the last place: a comparison with a tolerance would miss it.
 */
const withNextNumbers = (vector: Vector): Vector =>
  Object.fromEntries(
    Object.entries(vector).map(([name, value]) => {
      if (typeof value === 'number') return [name, nextNumber(value)]
      return [name, typeof value === 'object' && value !== null && !Array.isArray(value) ? withNextNumbers(value as Vector) : value]
    }),
  ) as Vector

/** The next larger double. */
function nextNumber(value: number): number {
  if (value === 0) return Number.MIN_VALUE
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, value)
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n))
  return bits.getFloat64(0)
}

/** Does it have a count, which is exact, among its cells? */
const hasCount = ({ ir }: Material, { model, vector }: RecordedDecision): boolean =>
  ir.models
    .find(({ name }) => name === model)!
    .inputs.some(({ name, expr }) => {
      if (expr.op !== 'feature') return false
      const feature = ir.groups.find(group => group.name === expr.group)!.features.find(one => one.name === expr.name)!
      const [group, own] = name.split('.') as [string, string]
      return feature.agg === 'count' && typeof (vector as Record<string, Vector>)[group][own] === 'number'
    })

const withRead = (
  decision: RecordedDecision,
  change: (read: { visibleEvents: number; asOf: number | null }) => object,
): RecordedDecision => {
  const [[id, read], ...rest] = Object.entries(decision.read)
  return { ...decision, read: { [id]: { ...read, ...change(read) }, ...Object.fromEntries(rest) } }
}

export const faults: Readonly<Record<string, Fault>> = {
  'a recorded vector is a last bit away': (material, draw) =>
    inDecision(
      material,
      draw,
      decision => hasCount(material, decision),
      decision => ({ ...decision, vector: withNextNumbers(decision.vector as Vector) }),
    ),
  'a decision says that it knew an event more': (material, draw) =>
    inDecision(
      material,
      draw,
      () => true,
      decision => withRead(decision, ({ visibleEvents }) => ({ visibleEvents: visibleEvents + 1 })),
    ),
  'a decision says that it knew an event less': (material, draw) =>
    inDecision(
      material,
      draw,
      ({ read }) => Object.values(read)[0].visibleEvents > 0,
      decision => withRead(decision, ({ visibleEvents }) => ({ visibleEvents: visibleEvents - 1 })),
    ),
  'a decision says that it read a millisecond later': (material, draw) =>
    inDecision(
      material,
      draw,
      ({ read }) => Object.values(read)[0].asOf !== null,
      decision => withRead(decision, ({ asOf }) => ({ asOf: asOf! + 1 })),
    ),
  'an event arrived at another time': (material, draw) => {
    const triggering = material.recorded.filter(({ entry }) => 'event' in material.entries[entry])
    if (triggering.length === 0) return undefined
    const { entry } = draw.pick(triggering)
    const at = material.entries[entry]
    if (!('event' in at)) return undefined
    return { ...material, entries: material.entries.with(entry, { event: { ...at.event, arrival: at.event.arrival + 1 } }) }
  },
  'an event that was known is missing': (material, draw) => {
    const ofEvents = material.recorded.filter(({ entry }) => 'event' in material.entries[entry])
    if (ofEvents.length === 0) return undefined
    const { entry, t } = draw.pick(ofEvents)
    return { ...material, entries: material.entries.with(entry, { mark: { kind: 'tick', t } }) }
  },
  'a decision stands at another entry': (material, draw) =>
    inDecision(
      material,
      draw,
      ({ entry, t }) => entry > 0 && momentOf(material, entry - 1) !== t,
      decision => ({ ...decision, entry: decision.entry - 1 }),
    ),
}

function momentOf({ entries }: Material, entry: number): number {
  const at = entries[entry]
  return 'event' in at ? at.event.arrival : at.mark.t
}
