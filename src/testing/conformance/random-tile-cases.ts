/** Random feature groups and histories for which SQL engines are to keep tiles. The seed determines the case. */
import { random, type Random } from '../../base/index.ts'
import {
  type AggregateName,
  type ColumnIR,
  type ColumnType,
  type ExprIR,
  type FeatureIR,
  type GroupIR,
  type SourceIR,
  type TypeIR,
  type Value,
  aggregateNames,
  signatures,
} from '../../define/ir/index.ts'
import type { LoggedEvent } from '../../define/source/index.ts'

/** Events of one source, and a group over them, keyed by the text column `k`. */
export interface TileCase {
  readonly source: SourceIR
  readonly group: GroupIR
  readonly events: readonly LoggedEvent[]
}

const LARGEST = Number.MAX_SAFE_INTEGER
/** UTF-8 bytes, UTF-16 units and locales order these differently; some are special in SQL. */
const texts = ['', 'a', 'Z', 'é', 'e\u0301', '\u{1F600}', '\uFF5E', "it's", '"', '\\', 'NULL', '-- x', '10', '9']
/** Exact values: mostly small, some whose sums and products need wide arithmetic. */
const integers = [0, 0, 1, -1, 2, 3, -7, 250, 99_999, -1_000_000, 2 ** 40, -(2 ** 40), LARGEST, -LARGEST]

const columns: readonly ColumnIR[] = [
  { name: 'k', type: 'string', nullable: false },
  { name: 'at', type: 'timestamp', nullable: false },
  { name: 'gone', type: 'bool', nullable: true },
  ...(['int', 'timestamp', 'duration', 'bool', 'string', 'double'] as const).map(type => ({ name: `a ${type}`, type, nullable: true })),
  { name: 'Order', type: 'int', nullable: true },
  { name: 'amount', type: 'decimal', scale: 2, nullable: true },
  { name: 'fee', type: 'decimal', scale: 4, nullable: true },
]

/** Every aggregate over every type that it takes. */
export const tiledAggregates: readonly (readonly [AggregateName, ColumnType | undefined])[] = aggregateNames.flatMap(agg => {
  const { takes, optional } = signatures[agg]
  const types: (ColumnType | undefined)[] = takes === 'none' ? [undefined] : [...takes, ...(optional ? [undefined] : [])]
  return types.map(type => [agg, type] as const)
})

/** The case of a seed with a feature for each of `aggregates`; `isPlain` leaves conditions and arithmetic out. */
export function tileCase(seed: number, aggregates: typeof tiledAggregates, isPlain = false): TileCase {
  const draw = new CaseDraw(random(seed))
  const isTable = !isPlain && draw.chance(0.3)
  const source: SourceIR = {
    name: 'events',
    columns,
    key: 'k',
    time: 'at',
    ...(isTable && { deleted: 'gone' }),
    arrives: { kind: 'after', delay: 0 },
    allowedLateness: 0,
    maxClockSkew: 0,
    dedupe: 0,
  }
  const features = aggregates.map(([agg, type], i) => draw.feature(`f${i}`, agg, type, isPlain))
  const group: GroupIR = { name: 'group', source: 'events', entity: ['k'], key: ['k'], place: { kind: 'stream' }, features }
  const events: LoggedEvent[] = []
  for (let i = draw.whole(1, 120); i > 0; i--) events.push(draw.event(events))
  return { source, group, events }
}

class CaseDraw {
  readonly #next: Random

  constructor(next: Random) {
    this.#next = next
  }

  chance(probability: number): boolean {
    return this.#next() < probability
  }

  whole(low: number, high: number): number {
    return low + Math.floor(this.#next() * (high - low + 1))
  }

  pick<T>(from: readonly T[]): T {
    return from[this.whole(0, from.length - 1)]
  }

  feature(name: string, agg: AggregateName, type: ColumnType | undefined, isPlain: boolean): FeatureIR {
    const input = type && this.#input(type, isPlain)
    const isLifetime = this.chance(0.2)
    return {
      name,
      agg,
      ...signatures[agg].result(input && typeOf(input)),
      window: isLifetime ? 'lifetime' : 86_400_000,
      hop: isLifetime ? 1 : this.pick([1, 7, 1000, 3_600_000]),
      ...(input && { input }),
      ...(!isPlain && this.chance(0.4) && { where: this.#condition() }),
      ...((agg === 'rate' || agg === 'slope') && { per: this.pick([1, 1000, 60_000]) }),
      ...(agg === 'decayedSum' && { halfLife: this.pick([1000, 60_000]) }),
      ...(agg === 'histogram' && { bounds: [-1, 0, 250] }),
      ...(agg === 'quantile' && { q: this.pick([0, 0.5, 0.95, 1]) }),
      ...((agg === 'lastK' || agg === 'topK') && { k: this.whole(1, 4) }),
      ...(agg === 'countDistinct' && this.chance(0.5) && { limit: 2 }),
    }
  }

  /** An event of its own, or one that repeats an earlier event's time and values. */
  event(earlier: readonly LoggedEvent[]): LoggedEvent {
    const offset = earlier.length
    if (offset > 0 && this.chance(0.2)) return { ...this.pick(earlier), offset }
    const time = this.pick([0, 0, 1_767_225_600_000]) + (this.chance(0.3) ? this.whole(-3, 3) : this.whole(-60_000, 60_000))
    const [first, second, ...rest] = columns
    const values = rest.map(({ name, type, scale }) => [name, this.chance(0.2) ? null : this.#value({ type, ...(scale && { scale }) })])
    const row = { [first.name]: this.pick(['a', 'b', '\u{1F600}']), [second.name]: time, ...Object.fromEntries(values) } as Record<
      string,
      Value
    >
    return { source: 'events', partition: this.whole(0, 2), offset, arrival: time + this.pick([0, 0, 5, 90_000]), time, row }
  }

  /** Doubles are quarters, whose sums round nowhere, so that only products and quotients do. */
  #value({ type }: TypeIR): Exclude<Value, null> {
    if (type === 'bool') return this.chance(0.5)
    if (type === 'string') return this.pick(texts)
    if (type === 'double') return this.chance(0.5) ? this.pick([0, 0.25, -1.5, 3]) : this.whole(-4000, 4000) / 4
    return this.chance(0.5) ? this.whole(-5, 5) : this.pick(integers)
  }

  #input(type: ColumnType, isPlain: boolean): ExprIR {
    if (type === 'bool' && !isPlain && this.chance(0.5)) return this.#condition()
    const column = this.#column(type)
    if (isPlain || this.chance(0.6)) return column
    switch (type) {
      case 'int':
        return { op: this.pick(['add', 'sub', 'mul'] as const), left: column, right: this.#column('int'), type }
      case 'decimal':
        return decimalSum(this.pick(['add', 'sub'] as const), column, this.#column(type))
      case 'duration':
        return { op: 'sub', left: this.#column('timestamp'), right: this.#column('timestamp'), type }
      case 'double':
        return { op: this.pick(['add', 'mul', 'div'] as const), left: column, right: this.#column(this.pick(['int', 'decimal'])), type }
      default:
        return column
    }
  }

  #condition(): ExprIR {
    const type = this.pick(['int', 'decimal', 'timestamp', 'duration', 'string', 'double'] as const)
    const left = this.#column(type)
    const compared = this.chance(0.5) ? this.#column(type) : ({ op: 'literal', value: this.#value(left), ...typeOf(left) } as const)
    const comparison: ExprIR = { op: this.pick(['eq', 'ne', 'lt', 'lte', 'gt', 'gte'] as const), left, right: compared, type: 'bool' }
    if (this.chance(0.5)) return comparison
    const flag = this.chance(0.5)
      ? this.#column('bool')
      : ({ op: 'isNull', of: this.#column(this.pick(['string', 'int'])), type: 'bool' } as const)
    if (this.chance(0.3)) return { op: 'not', of: flag, type: 'bool' }
    return { op: this.pick(['and', 'or'] as const), left: comparison, right: flag, type: 'bool' }
  }

  #column(type: ColumnType): ExprIR {
    const column = this.pick(columns.filter(candidate => candidate.type === type && candidate.nullable))
    return { op: 'column', name: column.name, ...typeOf(column) }
  }
}

function decimalSum(op: 'add' | 'sub', left: ExprIR, right: ExprIR): ExprIR {
  const scale = Math.max(...[left, right].map(side => typeOf(side).scale ?? 0))
  return { op, left, right, type: 'decimal', scale }
}

const typeOf = (of: ExprIR | TypeIR): TypeIR =>
  'scale' in of && of.scale !== undefined ? { type: of.type, scale: of.scale } : { type: of.type }

/** At least as many names as a tile case has columns. Some differ by case alone, or equal another name with its index as a suffix. */
const hostileNames: readonly string[] = [
  'tile n subkey x0 x1 p0 k0 e s p ask without request excluded TILE N n#1 N#2'.split(' '),
  '_time _seq _TIME _tile _n _x0 _x1 _p0 _subkey _sub_key _events _grouped'.split(' '),
  ['order', 'Select', 'group', 'count', 'NULL', 'quo"te', "it's", 'a b', 'é', 'É'],
].flat()

/** The case of `seed` under other names. */
export function withHostileNames({ source, group, events }: TileCase, seed: number): TileCase {
  const next = random(seed)
  const shuffled = hostileNames
    .map(name => [next(), name] as const)
    .toSorted(([left], [right]) => left - right)
    .map(([, name]) => name)
  const names = new Map(source.columns.map(({ name }, i) => [name, shuffled[i]]))
  const nameOf = (name: string): string => names.get(name)!
  const renamed = (expr: ExprIR): ExprIR => {
    if (expr.op === 'column') return { ...expr, name: nameOf(expr.name) }
    if ('left' in expr) return { ...expr, left: renamed(expr.left), right: renamed(expr.right) }
    return 'of' in expr ? { ...expr, of: renamed(expr.of) } : expr
  }
  return {
    source: {
      ...source,
      columns: source.columns.map(column => ({ ...column, name: nameOf(column.name) })),
      key: nameOf(source.key),
      time: nameOf(source.time),
      ...(source.deleted !== undefined && { deleted: nameOf(source.deleted) }),
    },
    group: {
      ...group,
      key: group.key.map(nameOf),
      features: group.features.map(feature => ({
        ...feature,
        ...(feature.input && { input: renamed(feature.input) }),
        ...(feature.where && { where: renamed(feature.where) }),
      })),
    },
    events: events.map(event => ({
      ...event,
      row: Object.fromEntries(Object.entries(event.row).map(([name, value]) => [nameOf(name), value])),
    })),
  }
}
