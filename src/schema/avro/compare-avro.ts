/**
 * Avro schema resolution (specification 1.12): can a reader's schema read everything that a writer's schema writes?
 *
 * Schemas may be recursive. Of each pair of types it is first assumed that the reader can read the writer; pairs that contradict this are
 * removed until none is left, the greatest fixed point. Cost: each reachable pair, at most SCHEMA_PAIRS_MAX, times the length of the longest
 * chain of contradictions.
 */
import type { StrictOmit } from '../../base/index.ts'
import type { Incompatibility } from '../problems/incompatibility.ts'
import { PartBudget } from '../problems/schema-error.ts'
import { type AvroEnum, type AvroFixed, type AvroRecord, type AvroType, avroTypeText, shortName } from './avro-schema.ts'

/** A reason, and the part of the types that it is about; without one the types as a whole. */
type PairReason = StrictOmit<Incompatibility, 'path'> & { readonly part?: string }

/** Pairs of types whose parts must fit, and the reasons why they do not by themselves. */
interface PairStep {
  readonly reasons: readonly PairReason[]
  /** Pairs that must all fit, each with the part of the path that leads to it. */
  readonly all: readonly Pair[]
  /** Pairs of which one must fit; absent if there is no such choice. */
  readonly any?: readonly Pair[]
}

interface Pair {
  readonly part: string | undefined
  readonly reader: AvroType
  readonly writer: AvroType
}

/** Reasons why the reader's schema cannot read what the writer's schema writes. Throws `SPILL_LIMIT` for schemas that are too large. */
export function avroIncompatibilities(reader: AvroType, writer: AvroType, budget = PartBudget.ofPairs()): Incompatibility[] {
  const comparison = new AvroComparison(budget)
  return comparison.canRead(reader, writer) ? [] : comparison.report(reader, writer)
}

class AvroComparison {
  readonly #pairs: { readonly reader: AvroType; readonly writer: AvroType }[] = []
  readonly #fits = new Map<AvroType, Map<AvroType, boolean>>()
  readonly #budget: PartBudget

  constructor(budget: PartBudget) {
    this.#budget = budget
  }

  canRead(reader: AvroType, writer: AvroType): boolean {
    this.#lookUp(reader, writer)
    for (let isChanged = true; isChanged;) {
      isChanged = false
      for (let i = 0; i < this.#pairs.length; i++) {
        const pair = this.#pairs[i]
        if (!this.#lookUp(pair.reader, pair.writer) || this.#holds(stepOf(pair.reader, pair.writer))) continue
        this.#fits.get(pair.reader)!.set(pair.writer, false)
        isChanged = true
      }
    }
    return this.#lookUp(reader, writer)
  }

  /** Reasons at every place, each pair once. Call it after `canRead`. */
  report(reader: AvroType, writer: AvroType): Incompatibility[] {
    const incompatibilities: Incompatibility[] = []
    const visited = new Map<AvroType, Set<AvroType>>()
    const visit = (path: string, pair: Pick<Pair, 'reader' | 'writer'>): void => {
      const writers = visited.get(pair.reader) ?? new Set()
      if (this.#lookUp(pair.reader, pair.writer) || writers.has(pair.writer)) return
      visited.set(pair.reader, writers.add(pair.writer))
      const { reasons, all, any } = stepOf(pair.reader, pair.writer)
      for (const { part, ...reason } of reasons)
        incompatibilities.push({ path: pathOf(part === undefined ? path : `${path}/${part}`), ...reason })
      for (const part of all) visit(part.part === undefined ? path : `${path}/${part.part}`, part)
      if (!any || this.#holdsAny(any)) return
      const [similar, ...others] = any.filter(part => isSimilar(part.reader, part.writer))
      if (similar && others.length === 0) visit(path, similar)
      else incompatibilities.push({ path: pathOf(path), ...missingBranch(pair.reader, pair.writer) })
    }
    visit('', { reader, writer })
    return incompatibilities
  }

  /** Looks up each part, so that all pairs become known and every reason is reported. */
  #holds({ reasons, all, any }: PairStep): boolean {
    const fitting = all.filter(pair => this.#lookUp(pair.reader, pair.writer)).length
    const hasBranch = !any || this.#holdsAny(any)
    return reasons.length === 0 && fitting === all.length && hasBranch
  }

  #holdsAny(any: readonly Pair[]): boolean {
    return any.filter(pair => this.#lookUp(pair.reader, pair.writer)).length > 0
  }

  #lookUp(reader: AvroType, writer: AvroType): boolean {
    const writers = this.#fits.get(reader) ?? new Map<AvroType, boolean>()
    const known = writers.get(writer)
    if (known !== undefined) return known
    this.#budget.spend()
    this.#fits.set(reader, writers.set(writer, true))
    this.#pairs.push({ reader, writer })
    return true
  }
}

const pathOf = (path: string): string => (path === '' ? '/' : path)

/** Types without parts to which a reader promotes a writer's type (specification 1.12, Schema Resolution). */
const promotions: Readonly<Record<string, readonly AvroType['kind'][]>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
}

/** Does a reader of one type promote values of the other to it? */
export const isPromoted = (writer: AvroType, reader: AvroType): boolean => promotions[writer.kind]?.includes(reader.kind) ?? false

function stepOf(reader: AvroType, writer: AvroType): PairStep {
  if (writer.kind === 'union') return { reasons: [], all: writer.branches.map(branch => ({ part: undefined, reader, writer: branch })) }
  if (reader.kind === 'union')
    return { reasons: [], all: [], any: reader.branches.map(branch => ({ part: undefined, reader: branch, writer })) }
  if (reader.kind === 'array' && writer.kind === 'array')
    return { reasons: [], all: [{ part: 'items', reader: reader.items, writer: writer.items }] }
  if (reader.kind === 'map' && writer.kind === 'map')
    return { reasons: [], all: [{ part: 'values', reader: reader.values, writer: writer.values }] }
  if (reader.kind === 'record' && writer.kind === 'record') return recordStep(reader, writer)
  if (reader.kind === 'enum' && writer.kind === 'enum') return { reasons: enumReasons(reader, writer), all: [] }
  if (reader.kind === 'fixed' && writer.kind === 'fixed') return { reasons: fixedReasons(reader, writer), all: [] }
  if (reader.kind === writer.kind || isPromoted(writer, reader)) return { reasons: logicalReasons(reader, writer), all: [] }
  return {
    reasons: [
      reason(
        reader,
        writer,
        'type-changed',
        `is ${avroTypeText(reader)}, and was ${avroTypeText(writer)}`,
        'add a field with the new type',
      ),
    ],
    all: [],
  }
}

function recordStep(reader: AvroRecord, writer: AvroRecord): PairStep {
  const reasons: PairReason[] = nameReasons(reader, writer)
  const all: Pair[] = []
  for (const field of reader.fields) {
    const written = [field.name, ...field.aliases].map(name => writer.fields.find(candidate => candidate.name === name)).find(Boolean)
    if (written) all.push({ part: field.name, reader: field.type, writer: written.type })
    else if (!field.hasDefault)
      reasons.push({
        part: field.name,
        rule: 'added-without-default',
        reader: avroTypeText(field.type),
        writer: 'none',
        problem: `the field '${field.name}' is missing, and has no default`,
        fix: `give '${field.name}' a default, or name what it was in its aliases`,
      })
  }
  return { reasons, all }
}

function enumReasons(reader: AvroEnum, writer: AvroEnum): StrictOmit<Incompatibility, 'path'>[] {
  const removed = writer.symbols.filter(symbol => !reader.symbolSet.has(symbol))
  if (removed.length === 0 || reader.default !== undefined) return nameReasons(reader, writer)
  const problem = `the enum does not have the symbols ${removed.join(', ')} any more, and has no default`
  return [
    ...nameReasons(reader, writer),
    reason(reader, writer, 'symbols-removed', problem, 'leave them in the enum, or give it a default'),
  ]
}

function fixedReasons(reader: AvroFixed, writer: AvroFixed): StrictOmit<Incompatibility, 'path'>[] {
  const problem = `has ${reader.size} bytes, and had ${writer.size}`
  return [
    ...nameReasons(reader, writer),
    ...(reader.size === writer.size ? [] : [reason(reader, writer, 'size-changed', problem, 'add a field with a fixed of the new size')]),
    ...logicalReasons(reader, writer),
  ]
}

function nameReasons(reader: AvroRecord | AvroEnum | AvroFixed, writer: AvroRecord | AvroEnum | AvroFixed) {
  const isSame = shortName(reader.fullName) === shortName(writer.fullName) || reader.aliases.includes(writer.fullName)
  if (isSame) return []
  const problem = `is called '${reader.fullName}', and was called '${writer.fullName}'`
  return [reason(reader, writer, 'name-changed', problem, `add '${writer.fullName}' to its aliases`)]
}

/** Logical types without which a value means something else: unscaled digits, or a count of milliseconds. */
const isScaled = (logical: string | undefined): boolean => logical !== undefined && /^(decimal|timestamp|local-timestamp)\b/.test(logical)

/** The same bytes with a different meaning: a decimal of a different scale or of none, or milliseconds read as microseconds. */
function logicalReasons(reader: AvroType, writer: AvroType): StrictOmit<Incompatibility, 'path'>[] {
  const [now, before] = [reader, writer].map(type => ('logical' in type ? type.logical : undefined))
  const isOneSided = now === undefined || before === undefined
  if (now === before || (isOneSided && !isScaled(now ?? before))) return []
  const [text, textBefore] = [now ?? `${reader.kind} with no logical type`, before ?? `${writer.kind} with no logical type`]
  return [reason(reader, writer, 'logical-type-changed', `is ${text}, and was ${textBefore}`, 'add a field with the new logical type')]
}

const missingBranch = (reader: AvroType, writer: AvroType): StrictOmit<Incompatibility, 'path'> =>
  reason(
    reader,
    writer,
    'branch-removed',
    `${avroTypeText(reader)} does not take ${avroTypeText(writer)}`,
    `add ${avroTypeText(writer)} to the union`,
  )

/** Are they the same type with different parts? Then the parts tell more than the union. */
function isSimilar(reader: AvroType, writer: AvroType): boolean {
  if (reader.kind !== writer.kind) return false
  return !('fullName' in reader) || !('fullName' in writer) || nameReasons(reader, writer).length === 0
}

const reason = (reader: AvroType, writer: AvroType, rule: string, problem: string, fix: string): StrictOmit<Incompatibility, 'path'> => ({
  rule,
  reader: avroTypeText(reader),
  writer: avroTypeText(writer),
  problem,
  fix,
})
