/**
 * Renames the columns of a tile case to names that SQL reserves, that engines fold, or that generated SQL may use itself.
 *
 * The tiles of a group must not depend on the names of columns.
 */
import { random } from '../../base/index.ts'
import type { ExprIR } from '../../define/ir/index.ts'
import type { TileCase } from './tile-cases.ts'

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
