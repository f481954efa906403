import type { ExprIR, FeatureIR, SourceIR, Value } from '../../src/define/ir/ir.ts'
import type { Case } from './case.ts'
import { smallest, type Pass } from './smallest.ts'

/** Is the fault still detected? */
export type Fails = (of: Case) => Promise<boolean>

const TRIES_MAX = 2000

/**
 * Shrinks a case while the fault is still detected: fewer reads, features, events and columns, then simpler expressions and values.
 */
export const shrink = (of: Case, fails: Fails): Promise<Case> => smallest(of, fails, passes, TRIES_MAX)

const passes: readonly Pass<Case>[] = [
  fewerAsks,
  fewerGroups,
  fewerFeatures,
  fewerEvents,
  simplerAsks,
  simplerFeatures,
  fewerColumns,
  simplerValues,
]

function* fewerAsks(of: Case): Iterable<Case> {
  for (const asks of fewer(of.asks)) if (asks.length > 0) yield { ...of, asks }
}

function* fewerGroups(of: Case): Iterable<Case> {
  const used = of.ir.groups.filter(group => of.asks.some(ask => ask.group === group.name))
  if (used.length < of.ir.groups.length) yield { ...of, ir: { ...of.ir, groups: used } }
  const sources = of.ir.sources.filter(source => used.some(group => group.source === source.name))
  if (sources.length < of.ir.sources.length && of.log.every(event => sources.some(source => source.name === event.source)))
    yield { ...of, ir: { ...of.ir, sources } }
}

function* fewerFeatures(of: Case): Iterable<Case> {
  for (const [at, group] of of.ir.groups.entries())
    for (const features of fewer(group.features))
      if (features.length > 0) yield { ...of, ir: { ...of.ir, groups: of.ir.groups.with(at, { ...group, features }) } }
}

function* fewerEvents(of: Case): Iterable<Case> {
  for (const left of fewer([...of.log.keys()])) yield withEvents(of, left)
}

/** The case with only the events at these indices; prefixes and triggers follow. */
function withEvents(of: Case, left: readonly number[]): Case {
  const leftIndices = new Set(left)
  const before = [0]
  for (const i of of.log.keys()) before.push(before[i] + (leftIndices.has(i) ? 1 : 0))
  const asks = of.asks.map(({ trigger, ...ask }) => ({
    ...ask,
    prefix: before[ask.prefix],
    ...(trigger !== undefined && leftIndices.has(trigger) && { trigger: before[trigger] }),
  }))
  return { ...of, log: left.map(i => of.log[i]), asks }
}

function* simplerAsks(of: Case): Iterable<Case> {
  if (of.blocks > 1) yield { ...of, blocks: 1 }
  for (const [i, ask] of of.asks.entries()) {
    const { trigger, ...rest } = ask
    if (trigger !== undefined) yield { ...of, asks: of.asks.with(i, rest) }
    if (ask.place.kind !== 'stream') yield { ...of, asks: of.asks.with(i, { ...ask, place: { kind: 'stream' } }) }
  }
}

function* simplerFeatures(of: Case): Iterable<Case> {
  for (const [at, group] of of.ir.groups.entries())
    for (const [i, feature] of group.features.entries())
      for (const simpler of simplerFeature(feature)) {
        const features = group.features.with(i, simpler)
        yield { ...of, ir: { ...of.ir, groups: of.ir.groups.with(at, { ...group, features }) } }
      }
}

function* simplerFeature(feature: FeatureIR): Iterable<FeatureIR> {
  const { where, before, ...plain } = feature
  if (where) {
    yield { ...plain, ...(before && { before }) }
    for (const condition of parts(where)) if (condition.type === 'bool') yield { ...feature, where: condition }
  }
  if (before) yield { ...plain, ...(where && { where }) }
  if (feature.input) {
    const { type } = feature.input
    for (const part of parts(feature.input))
      if (part.type === type && part.op !== 'literal' && sameScale(part, feature.input)) yield { ...feature, input: part }
  }
  if (feature.hop > 1) yield { ...feature, hop: 1 }
}

const sameScale = (a: ExprIR, b: ExprIR): boolean => ('scale' in a ? a.scale : undefined) === ('scale' in b ? b.scale : undefined)

function parts(expr: ExprIR): ExprIR[] {
  if ('left' in expr) return [expr.left, expr.right]
  return 'of' in expr ? [expr.of] : []
}

function* fewerColumns(of: Case): Iterable<Case> {
  for (const [at, source] of of.ir.sources.entries())
    for (const { name } of source.columns) {
      if (isUsed(of, source, name)) continue
      const columns = source.columns.filter(column => column.name !== name)
      const log = of.log.map(event => (event.source === source.name ? { ...event, row: omit(event.row, name) } : event))
      yield { ...of, ir: { ...of.ir, sources: of.ir.sources.with(at, { ...source, columns }) }, log }
    }
}

function isUsed(of: Case, source: SourceIR, name: string): boolean {
  const groups = of.ir.groups.filter(group => group.source === source.name)
  const reads = (expr: ExprIR): boolean => ('name' in expr && expr.name === name) || parts(expr).some(reads)
  return (
    [source.key, source.time, source.deleted, ...(source.identity ?? [])].includes(name) ||
    groups.some(
      group => group.key.includes(name) || group.features.some(({ input, where }) => [input, where].some(expr => expr && reads(expr))),
    )
  )
}

function omit(row: Readonly<Record<string, Value>>, name: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(row).filter(([column]) => column !== name))
}

function* simplerValues(of: Case): Iterable<Case> {
  for (const [i, event] of of.log.entries()) {
    const source = of.ir.sources.find(({ name }) => name === event.source)
    for (const { name, values, min = -Infinity, max = Infinity } of source?.columns ?? []) {
      if (source!.key === name || source!.time === name) continue
      const value = event.row[name] ?? null
      for (const simpler of simplerThan(value))
        if (!values?.length && (typeof simpler !== 'number' || (simpler >= min && simpler <= max)))
          yield { ...of, log: of.log.with(i, { ...event, row: { ...event.row, [name]: simpler } }) }
    }
  }
}

function simplerThan(value: Value): Value[] {
  if (typeof value === 'number') return [0, 1, Math.trunc(value / 2)].filter(simpler => Math.abs(simpler) < Math.abs(value))
  if (typeof value === 'string') return ['', 'a'].filter(simpler => simpler.length < value.length)
  return value === true ? [false] : []
}

/** Lists with a part left out: halves first, single items last. */
export function* fewer<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let size = Math.ceil(items.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let from = 0; from < items.length; from += size) yield [...items.slice(0, from), ...items.slice(from + size)]
}
