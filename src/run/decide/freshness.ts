/**
 * Measures decisions against freshness objectives: for each feature group, how many decisions read it within its objective.
 *
 * The age of a group at a decision is the decision's time less the as-of time of the group. Where the objective states a usual ingestion
 * delay, delay of the source beyond that is added. A decision counts once it is durable.
 *
 * Costs one comparison for each decision and group with an objective; a few kilobytes for each group, at any rate.
 */
import { type Clock, limits } from '../../base/index.ts'
import type { Block } from '../../columns/index.ts'
import { groupReads } from '../../decision/index.ts'
import type { GroupIR, PipelineIR } from '../../define/ir/index.ts'
import type { Segment } from '../../log/index.ts'
import type { LiveDecisions } from './live-model.ts'
import { type FreshnessObjective, type Objectives, type ObjectivesFile, objectivesInForce } from './objectives.ts'
import type { BatchFreshness } from './stage-times.ts'

/** A feature group, its objective, and counts of the decisions that read it. */
export interface GroupFreshness extends Pick<FreshnessObjective, 'age' | 'share'>, ObjectiveCounts {
  readonly group: string
  /** Counts of the last hour (FRESHNESS_WINDOW_MS). */
  readonly recent: ObjectiveCounts
}

/**
 * The newest event of a source on which this process has decided. Times are UTC ms. Events that wait for their decisions do not count: behind
 * a backlog it stands still.
 */
export interface SourceIngestion {
  readonly source: string
  /** Latest event time. */
  readonly eventTime: number
  /** Arrival of the last event. */
  readonly arrival: number
}

/** The counts of the last hour in the store. */
export interface StoredFreshness {
  /** UTC ms. */
  readonly at: number
  readonly groups: Readonly<Record<string, ObjectiveCounts>>
}

/** Name of the stored value. */
export const FRESHNESS = 'freshness'

/** A group as one model reads it. */
interface MeasuredRead {
  /** Index among the model's group reads, from 0. */
  readonly index: number
  readonly group: string
  readonly source: string
  /** As `behindOf` gives it. */
  readonly behind: number
  readonly objective: FreshnessObjective
}

interface Tally {
  readonly recent: RecentCounts
  decisions: number
  within: number
}

export interface FreshnessOptions {
  readonly ir: PipelineIR
  readonly clock: Clock
  /** The file of objectives; without it those of the definitions are measured. */
  readonly objectives?: ObjectivesFile | undefined
  /** Notified if the file has changed and is invalid. The previous objectives stay in force. */
  readonly onReport: (report: string) => void
}

/** Counts of fresh decisions by feature group. */
export class FreshnessTracker {
  readonly #ir: PipelineIR
  readonly #clock: Clock
  readonly #file: ObjectivesFile | undefined
  readonly #onReport: FreshnessOptions['onReport']
  readonly #delays = new IngestionDelays()
  readonly #tallies = new Map<string, Tally>()
  #objectives: Objectives['groups'] = {}
  /** Measured reads by model. */
  #reads: ReadonlyMap<string, readonly MeasuredRead[]> = new Map()
  #savedAt = -Infinity
  #isNew = false

  constructor({ ir, clock, objectives, onReport }: FreshnessOptions) {
    this.#ir = ir
    this.#clock = clock
    this.#file = objectives
    this.#onReport = onReport
    this.#measure()
  }

  /** Reloads the file of objectives if it has changed. Counts continue. */
  reload(): void {
    const { isNew, problem } = this.#file?.reload() ?? {}
    if (isNew) this.#measure()
    if (problem !== undefined) this.#onReport(`the previous freshness objectives stay in force, since ${problem}`)
  }

  #measure(): void {
    const { groups, unused = [] } = this.#file ?? {}
    const objectives = groups ?? objectivesInForce({}, this.#ir)
    this.#objectives = objectives
    for (const group of unused)
      this.#onReport(`the freshness objective of '${group}' in objectives.json is not used, since the definition of the group states one`)
    const reads = this.#ir.models.map(model => [model.name, this.#measuredReads(model)] as const)
    this.#reads = new Map(reads.filter(([, measured]) => measured.length > 0))
    for (const group of Object.keys(objectives))
      if (!this.#tallies.has(group)) this.#tallies.set(group, { recent: new RecentCounts(), decisions: 0, within: 0 })
  }

  /** If a model reads a group at several keys, the first read counts: all have the same as-of time. */
  #measuredReads(model: PipelineIR['models'][number]): MeasuredRead[] {
    const groups = new Set<string>()
    return groupReads(this.#ir, model).flatMap(({ group: { name, source, place } }, index) => {
      const objective = this.#objectives[name]
      if (!objective || groups.has(name)) return []
      groups.add(name)
      return [{ index, group: name, source, behind: behindOf(place), objective }]
    })
  }

  /** Notes the ingestion delays of a segment, before its decisions are made: not at its append, since decisions read no event that waits. */
  observe({ sources }: Segment): void {
    for (const { source, block } of sources) this.#delays.add(source, block)
  }

  /** Measures a decision batch; undefined if the model reads no group with an objective. */
  measure({ model, length, t, reads }: Pick<LiveDecisions, 'model' | 'length' | 't' | 'reads'>): BatchFreshness | undefined {
    const measured = this.#reads.get(model.name)
    if (!measured) return undefined
    const within = measured.map(({ index, group, source, behind, objective }) => {
      const maxAge = objective.age - behind - this.#extraDelay(source, objective)
      const { asOf } = reads[index]
      let count = 0
      for (let row = 0; row < length; row++) if (t[row] - asOf[row] <= maxAge) count++
      return [group, count] as const
    })
    return { decisions: length, within: new Map(within) }
  }

  /** Counts decision batches that have become durable. */
  countDurable(batches: Iterable<BatchFreshness | undefined>): void {
    for (const batch of batches) {
      if (!batch) continue
      const { decisions, within } = batch
      for (const [group, count] of within) {
        const tally = this.#tallies.get(group)!
        tally.decisions += decisions
        tally.within += count
        tally.recent.add(this.#clock(), { decisions, within: count })
      }
      this.#isNew = true
    }
  }

  /** Ingestion delay of a source, ms: 0 before its first event. */
  sourceDelay = (source: string): number => this.#delays.delayOf(source)

  /**
   * The age at `now` of the values that a decision reads from a group, ms, as its objective counts it. `asOf`: the as-of time of the values.
   * Without an objective, or without a usual ingestion delay in it, delay of the source does not count.
   */
  ageOf({ name, source, place }: Pick<GroupIR, 'name' | 'source' | 'place'>, asOf: number, now: number): number {
    return now - asOf + behindOf(place) + this.#extraDelay(source, this.#objectives[name])
  }

  /** Delay of a source beyond the usual one that the objective states, ms; 0 if it states none. */
  #extraDelay(source: string, objective: Pick<FreshnessObjective, 'delay'> | undefined): number {
    const delay = objective?.delay
    return delay === undefined ? 0 : Math.max(0, this.#delays.delayOf(source) - delay)
  }

  /** Freshness of the groups with an objective, in the order of the file. */
  get groups(): GroupFreshness[] {
    const now = this.#clock()
    return Object.entries(this.#objectives).map(([group, { age, share }]) => {
      const { decisions, within, recent } = this.#tallies.get(group)!
      return { group, age, share, decisions, within, recent: recent.at(now) }
    })
  }

  /** The newest event of each source, of those that are decided or are about to be. */
  get ingestion(): readonly SourceIngestion[] {
    return this.#delays.newest
  }

  /** Returns new counts for the store, and marks them as saved: every FRESHNESS_EVERY_MS, or at once if `isLast`. */
  flush(isLast = false): [name: string, value: string] | undefined {
    const now = this.#clock()
    if (!this.#isNew || (!isLast && now - this.#savedAt < limits.FRESHNESS_EVERY_MS && now >= this.#savedAt)) return undefined
    this.#isNew = false
    this.#savedAt = now
    const saved: StoredFreshness = { at: now, groups: Object.fromEntries(this.groups.map(({ group, recent }) => [group, recent])) }
    return [FRESHNESS, JSON.stringify(saved)]
  }
}

/** Delay of visibility behind the as-of time, ms. */
const behindOf = (place: GroupIR['place']): number => (place.kind === 'partial' ? place.by : 0)

const { FRESHNESS_WINDOW_MS: WINDOW, FRESHNESS_BUCKET_MS: BUCKET } = limits

/** Decisions, and how many met the objective. */
export interface ObjectiveCounts {
  readonly decisions: number
  /** Decisions within the objective. */
  readonly within: number
}

/** Rolling counts of the last hour, by minute. Memory is constant. */
export class RecentCounts {
  readonly #minutes = new Float64Array(WINDOW / BUCKET).fill(-Infinity)
  readonly #decisions = new Float64Array(WINDOW / BUCKET)
  readonly #within = new Float64Array(WINDOW / BUCKET)

  /** `now`: UTC ms. */
  add(now: number, { decisions, within }: ObjectiveCounts): void {
    const minute = Math.floor(now / BUCKET)
    const slot = minute % this.#minutes.length
    if (this.#minutes[slot] !== minute) {
      this.#minutes[slot] = minute
      this.#decisions[slot] = this.#within[slot] = 0
    }
    this.#decisions[slot] = this.#decisions[slot] + decisions
    this.#within[slot] = this.#within[slot] + within
  }

  /** Sum of the hour that ends with the minute of `now`. */
  at(now: number): ObjectiveCounts {
    const last = Math.floor(now / BUCKET)
    let [decisions, within] = [0, 0]
    for (const [slot, minute] of this.#minutes.entries()) {
      if (minute > last || minute <= last - this.#minutes.length) continue
      decisions += this.#decisions[slot]
      within += this.#within[slot]
    }
    return { decisions, within }
  }
}

/**
 * The ingestion delay of each source, ms: from the event time of its newest event to the arrival of its last event.
 *
 * The newest event is the event with the latest event time, so one straggler among punctual events changes nothing. The delay of a silent
 * source stays what it was. Costs one comparison for each event.
 */
export class IngestionDelays {
  readonly #sources = new Map<string, { newest: number; arrival: number }>()

  /** Adds the next events of a source. */
  add(source: string, { length, time, arrival }: Block): void {
    if (length === 0) return
    let state = this.#sources.get(source)
    if (!state) this.#sources.set(source, (state = { newest: -Infinity, arrival: 0 }))
    let { newest } = state
    for (let row = 0; row < length; row++) if (time[row] > newest) newest = time[row]!
    state.newest = newest
    state.arrival = arrival[length - 1]!
  }

  /** The newest event of each source. */
  get newest(): SourceIngestion[] {
    return Array.from(this.#sources, ([source, { newest, arrival }]) => ({ source, eventTime: newest, arrival }))
  }

  /** 0 before the first event. */
  delayOf(source: string): number {
    const state = this.#sources.get(source)
    return state ? Math.max(0, state.arrival - state.newest) : 0
  }
}
