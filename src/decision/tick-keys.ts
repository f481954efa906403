/**
 * Tracks the keys about which a model decides at ticks, from the events of the sources that determine liveness (semantics, decisions
 * and placements).
 */
import { definitionOf } from '../base/index.ts'
import type { Block, ColumnData, Strings } from '../columns/index.ts'
import type { ModelIR, PipelineIR, SourceIR, TriggerIR } from '../define/ir/index.ts'
import { isDeleted } from '../kernel/index.ts'
import { ActiveKeys, RevisableActiveKeys, type KeyOrder } from './active-keys.ts'
import { groupReads } from './reads.ts'

/** The trigger of a model that decides at ticks. */
export type EveryTrigger = Extract<TriggerIR, { kind: 'every' }>

/** A source whose events make keys active, and its key column. */
export interface LivenessColumn {
  readonly source: string
  readonly key: string
}

/** The liveness columns of a model, each once: of sources that it reads through a group of its entity alone. */
export function livenessColumns(ir: PipelineIR, model: ModelIR, { column }: EveryTrigger): LivenessColumn[] {
  const columns = new Map<string, LivenessColumn>()
  for (const { group } of groupReads(ir, model)) {
    if (group.entity.length > 1 || group.entity[0] !== column.entity) continue
    columns.set(`${group.source}.${group.key[0]}`, { source: group.source, key: group.key[0] })
  }
  return [...columns.values()]
}

/** The order of a tick's keys: numbers by size, texts by their UTF-8 bytes. */
export const keyOrder = ({ column }: EveryTrigger, strings: Strings): KeyOrder =>
  column.type === 'string' ? (left, right) => strings.compare(left, right) : (left, right) => left - right

/** A source that determines liveness. Its active keys are in `revised` if its events can be revised. */
interface LivenessSource {
  readonly source: string
  readonly key: string
  readonly revised: RevisableActiveKeys | undefined
  /** The source, if it is a table. */
  readonly tombstones: SourceIR | undefined
}

/** The active keys of one model. */
export class TickKeys {
  readonly #order: KeyOrder
  /** Shared by all sources whose events cannot be revised. */
  readonly #unrevised: ActiveKeys
  readonly #sources: readonly LivenessSource[]

  constructor(ir: PipelineIR, model: ModelIR, decide: EveryTrigger, strings: Strings) {
    this.#order = keyOrder(decide, strings)
    this.#unrevised = new ActiveKeys(decide.live, this.#order)
    this.#sources = livenessColumns(ir, model, decide).map(({ source: name, key }) => {
      const source = definitionOf(ir.sources, name)
      const revised = source.identity && new RevisableActiveKeys(source, key, decide.live, this.#order, strings)
      return { source: name, key, revised, tombstones: revised || source.deleted === undefined ? undefined : source }
    })
  }

  /** The sources that determine liveness. */
  get sources(): string[] {
    return this.#sources.map(({ source }) => source)
  }

  /** Adds events of a source, in the order of arrival. */
  add(source: string, block: Block): void {
    for (const liveness of this.#sources) {
      if (liveness.source !== source) continue
      if (liveness.revised) liveness.revised.add(block)
      else
        this.#unrevised.add(
          liveness.tombstones ? withoutTombstones(liveness.tombstones, block, liveness.key) : block.columns[liveness.key],
          block.time,
        )
    }
  }

  /** The keys active at a tick, in order; valid until events are added again. `t`, UTC ms, does not decrease. */
  activeAt(t: number): Float64Array {
    const revised = this.#sources.flatMap(liveness => liveness.revised ?? [])
    if (revised.length === 0) return this.#unrevised.activeAt(t)
    const all = new Set([this.#unrevised, ...revised].flatMap(keys => [...keys.activeAt(t)]))
    return Float64Array.from(all).sort(this.#order)
  }

  /** The newest event time of a key that was active at the last tick, UTC ms. */
  newestTime(key: number): number {
    return Math.max(this.#unrevised.newestTime(key), ...this.#sources.map(({ revised }) => revised?.newestTime(key) ?? -Infinity))
  }
}

/** The key's column, NULL where the event deletes a row: a tombstone makes no key active. */
function withoutTombstones(source: SourceIR, block: Block, key: string): ColumnData {
  const { values, nulls } = block.columns[key]
  const isNull = new Uint8Array(block.length)
  for (let row = 0; row < block.length; row++) if (nulls?.[row] || isDeleted(source, block, row)) isNull[row] = 1
  return { values, nulls: isNull }
}
