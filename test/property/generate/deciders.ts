import { aggregateOf } from '../../../src/aggregate/aggregate-of.ts'
import type { LoggedEvent } from '../../../src/define/source/source.ts'
import type { ColumnIR, ColumnType, ExprIR, GroupIR, InputIR, ModelIR, PipelineIR, PlacementIR } from '../../../src/define/ir/ir.ts'
import { isListAggregate } from '../../../src/define/ir/signatures.ts'
import type { Request, Run } from '../../oracle/oracle.ts'
import { Draw } from './draw.ts'
import { generate } from './generate.ts'

/** A pipeline that decides on events, at ticks and on request over a history, with all of its inputs. */
export interface DecisionCase {
  readonly ir: PipelineIR
  readonly log: readonly LoggedEvent[]
  readonly run: Required<Pick<Run, 'requests' | 'until'>> & Pick<Run, 'scores' | 'fates'>
}

const ENTITY = 'who'

/**
 * The case of a seed with a model of each trigger over its groups; undefined if nothing can be keyed by an entity, or nothing of it is
 * exact. Half of the histories are moved so that an event arrives at a tick, and often a key is live to the very end of `live`.
 */
export function deciding(seed: number): DecisionCase | undefined {
  const { ir, log: drawn } = generate(seed)
  const draw = new Draw(seed + 1_000_000)
  const span = reach(drawn)
  const every = Math.max(1, Math.ceil(span / draw.between(3, 25)) + draw.between(-1, 1))
  const log = draw.chance(0.5) ? moved(drawn, modulo(-draw.pick(drawn).arrival, every)) : drawn
  const column = keyColumn(ir, ir.groups[0])
  if (column.type !== 'string' && column.type !== 'int') return undefined
  const who: ColumnIR = { name: ENTITY, type: column.type, nullable: false, entity: ENTITY }
  const groups = ir.groups
    .filter(group => keyColumn(ir, group).type === column.type)
    .map(group => ({ ...group, key: group.key.slice(0, 1), entity: [ENTITY], place: placement(draw, span) }))
  const [{ source, key }] = groups
  const models: ModelIR[] = [
    { ...modelReading(groups, key[0], true), name: 'on', decide: { kind: 'on', source } },
    {
      ...modelReading(groups, ENTITY, false),
      name: 'tick',
      decide: { kind: 'every', every, live: liveFor(draw, log, every, span), column: who },
    },
    { ...modelReading(groups, ENTITY, false), name: 'ask', decide: { kind: 'request', columns: [who], key: ENTITY } },
  ]
  if (models.some(({ inputs }) => inputs.length === 0)) return undefined
  const until = Math.max(...log.map(({ arrival }) => arrival)) + draw.pick([0, draw.between(0, 3 * every)])
  return { ir: { ...ir, groups, models }, log, run: { requests: requests(draw, log, groups[0]), until } }
}

const keyColumn = (ir: PipelineIR, { source, key }: GroupIR): ColumnIR =>
  ir.sources.find(({ name }) => name === source)!.columns.find(({ name }) => name === key[0])!

/** Length of the arrivals. */
const reach = (log: readonly LoggedEvent[]): number => {
  const arrivals = log.map(({ arrival }) => arrival)
  return Math.max(...arrivals) - Math.min(...arrivals)
}

const moved = (log: readonly LoggedEvent[], by: number): LoggedEvent[] =>
  log.map(event => ({ ...event, time: event.time + by, arrival: event.arrival + by, row: { ...event.row, at: event.time + by } }))

const modulo = (value: number, by: number): number => value - Math.floor(value / by) * by

/** Any placement, of delays and periods up to `span` ms. */
export function placement(draw: Draw, span: number): PlacementIR {
  const by = draw.magnitude(span + 1)
  return draw.pick<PlacementIR>([
    { kind: 'stream' },
    { kind: 'hybrid', schedule: { kind: 'interval', every: by, phase: 0 } },
    { kind: 'lag', by },
    { kind: 'partial', by },
    { kind: 'corrected' },
    {
      kind: draw.pick(['scheduled', 'batch']),
      schedule: { kind: 'interval', every: by, phase: draw.between(0, by - 1) },
      lasts: draw.magnitude(span + 1),
    },
  ])
}

function liveFor(draw: Draw, log: readonly LoggedEvent[], every: number, span: number): number {
  const { time, arrival } = draw.pick(log)
  const tick = (Math.ceil(arrival / every) + draw.between(0, 3)) * every
  return draw.chance(0.6) ? Math.max(1, tick - time + draw.pick([-1, 0, 0])) : draw.magnitude(span + 1)
}

/** A model that reads every exact feature at one key, and adds up the numeric ones. */
function modelReading(groups: readonly GroupIR[], key: string, triggered: boolean): Omit<ModelIR, 'name' | 'decide'> {
  const features = groups.flatMap(({ name, place, features }) => features.map(feature => ({ group: name, place, ...feature })))
  const exact = features.filter(
    feature =>
      (!feature.before || (triggered && feature.place.kind !== 'corrected')) &&
      (feature.input === undefined || !usesDoubles(feature.input)) &&
      aggregateOf(feature).exactness === 'exact',
  )
  const leaf = (group: string, name: string, type: ColumnType): ExprIR => ({ op: 'feature', group, key: [key], name, type })
  const inputs: InputIR[] = exact.map(({ group, name, type }) => ({ name: `${group}_${name}`, expr: leaf(group, name, type) }))
  const terms = exact
    .filter(({ agg, type }) => !isListAggregate(agg) && type !== 'string')
    .map(({ group, name }, i) => ({ input: `${group}_${name}`, weight: i + 0.1, mean: 3, scale: 7, ifNull: 0.25 }))
  return { inputs, score: { kind: 'linear', intercept: 0.5, terms } }
}

const usesDoubles = (expr: ExprIR): boolean =>
  expr.type === 'double' ||
  ('left' in expr && (usesDoubles(expr.left) || usesDoubles(expr.right))) ||
  ('of' in expr && usesDoubles(expr.of))

/** Requests in the order of their positions, which mostly arrive between their neighbouring events. */
function requests(draw: Draw, log: readonly LoggedEvent[], { source, key }: GroupIR): Request[] {
  const keys = log.flatMap(event => (event.source === source ? (event.row[key[0]] ?? []) : []))
  if (keys.length === 0) return []
  const places = Array.from({ length: draw.between(1, 12) }, () => draw.between(0, log.length)).sort((a, b) => a - b)
  return places.map(place => {
    const before = log[place - 1]?.arrival ?? log[0].arrival
    const after = Math.max(before, log[place]?.arrival ?? before + 1000)
    const who = draw.chance(0.9) ? draw.pick(keys) : typeof keys[0] === 'string' ? 'nobody' : 12_345
    return { model: 'ask', place, arrival: draw.chance(0.3) ? before - 5 : draw.between(before, after), row: { [ENTITY]: who } }
  })
}
