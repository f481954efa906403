/**
 * Options of a source that let its schema evolve: earlier names of columns, defaults, and the compatibility level.
 *
 * Invariant: an earlier name leads to exactly one column, and is no column itself. Key, time, arrival, id and identity have no default:
 * each event has its own.
 */
import { didYouMean, show } from '../../base/index.ts'
import { compatibilityLevels, type ColumnIR, type CompatibilityLevel, type SourceIR } from '../ir/ir.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkName } from '../mistake/names.ts'

/** The columns with their earlier names, from `renamed: { earlier: 'column' }`. A chain of renames leads to its last name. */
export function withEarlierNames(subject: string, columns: readonly ColumnIR[], renamed: unknown): readonly ColumnIR[] {
  if (renamed === undefined) return columns
  if (renamed === null || typeof renamed !== 'object' || Array.isArray(renamed))
    mistake(`${subject}: renamed is ${show(renamed)}; write earlier names and the columns that they are now: { amount: 'value' }`)
  const names = columns.map(({ name }) => name)
  const next = new Map(Object.entries(renamed as Readonly<Record<string, unknown>>))
  const aliases = Map.groupBy(next.keys(), earlier => {
    checkName(`${subject}: renamed:`, earlier)
    if (names.includes(earlier))
      mistake(
        `${subject}: renamed says that '${earlier}' is '${String(next.get(earlier))}' now, but '${earlier}' is still a column of the schema; ` +
          `give the new column a different name`,
      )
    return latestName(subject, earlier, next, names)
  })
  return Object.freeze(
    columns.map(column => {
      const earlier = aliases.get(column.name)
      return earlier ? Object.freeze({ ...column, aliases: Object.freeze(earlier) }) : column
    }),
  )
}

/** Follows a chain of renames to a column of the schema. */
function latestName(subject: string, earlier: string, next: ReadonlyMap<string, unknown>, names: readonly string[]): string {
  const path = [earlier]
  for (let name = next.get(earlier); ; name = next.get(name)) {
    if (typeof name !== 'string') mistake(`${subject}: renamed: '${path.at(-1)}' is ${show(name)}; write the name of a column`)
    if (names.includes(name)) return name
    if (path.includes(name))
      mistake(`${subject}: renamed goes in a circle: ${[...path, name].join(' → ')}; end it at a column of the schema`)
    path.push(name)
    if (!next.has(name)) mistake(`${subject}: renamed: '${earlier}' leads to '${name}', which is no column${didYouMean(name, names)}`)
  }
}

/** Rejects a default of a column of which each event has its own value. */
export function checkDefaults(subject: string, { columns, key, time, arrives, id, identity = [] }: SourceIR): void {
  const own: ReadonlyMap<string, string> = new Map([
    ...identity.map(name => [name, 'identity'] as const),
    ...(arrives.kind === 'column' ? [[arrives.column, 'arrival'] as const] : []),
    ...(id === undefined ? [] : [[id, 'id'] as const]),
    [time, 'time'],
    [key, 'key'],
  ])
  for (const { name, default: value } of columns)
    if (value !== undefined && own.has(name))
      mistake(`${subject}: the ${own.get(name)} '${name}' has a default, which events without one would share; remove .default(…)`)
}

/** The compatibility level that a source states. */
export function compatibilityOf(subject: string, level: unknown): { compatibility?: CompatibilityLevel } {
  if (level === undefined) return {}
  const compatibility = compatibilityLevels.find(known => known === level)
  if (compatibility) return { compatibility }
  const similar = typeof level === 'string' ? didYouMean(level, compatibilityLevels) : ''
  return mistake(`${subject}: compatibility ${show(level)} is no level${similar}; there is ${compatibilityLevels.join(', ')}`)
}
