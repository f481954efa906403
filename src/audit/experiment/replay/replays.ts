/**
 * Replays of a history under plans: the inputs of each decision, the time of its score, and the time of its action.
 *
 * Groups that a plan leaves alone keep their columns, so a plan without effect gives bit-equal scores. Columns of a group and setting are
 * computed once and cached up to `AUDIT_COLUMN_BYTES`, so plans over many groups cost their scores alone.
 */
import { featureBytes, toSharedColumn } from '../../../aggregate/index.ts'
import { assert, didYouMean, limits, SpillwayError } from '../../../base/index.ts'
import { groupReads, readId, type GroupRead } from '../../../decision/index.ts'
import { featureColumns } from '../../../kernel/index.ts'
import { decisionPointsOf, type ReplayLog } from '../../../replay/index.ts'
import { asItRuns, elementId, type Plan, type ElementSetting } from '../../domain/element.ts'
import { RecentResults } from '../../domain/caches.ts'
import { StreamedColumns, StoredColumns, type CaseColumns, type GroupColumns } from '../timeline/case-columns.ts'
import { groupColumns, streamedSumColumns } from './group-columns.ts'
import { CASES_PER_BLOCK, type CaseInputs } from '../timeline/case-inputs.ts'
import { actionTimes, inlineReplyOf, type ActionTimes } from '../settings/action-setting.ts'
import { placeGroup, type PlacedGroup } from '../settings/group-setting.ts'
import { applyInference, inputTimesId } from '../settings/inference-setting.ts'
import { applyIngestion } from '../settings/ingestion-setting.ts'
import type { CaseSelection } from '../timeline/case-selection.ts'
import { SummedGroups } from '../prefix-sums/summed-groups.ts'
import type { AgeTraces } from '../timeline/age-traces.ts'
import { decisionRows, decisionTimes, selectRows, type DecidingModel, type DecisionRows, type Timeline } from '../timeline/timeline.ts'

/** Timelines with changed arrivals that are cached; each holds the arrivals of all events. */
const TIMELINES_CACHED = 2

/** The number of events of a source in the estimate of the delay. */
const DELAY_SAMPLES = 10_000

export interface Replayed extends ActionTimes {
  /** Identifies the inputs: equal ids mean equal inputs. */
  readonly id: string
  /** The inputs, computed on first use. Throws as a replay does. */
  readonly inputs: CaseInputs<StoredColumns>
  /**
   * The inputs for one pass in case order. Columns of this plan alone are streamed and not kept, except for the first `head` cases. For
   * selected cases only.
   */
  readonly passing: (head: number) => CaseInputs
  /** The time at which each case's score is available, UTC ms; NaN without a decision. */
  readonly scoredAt: Float64Array
  /** The same at the model's own cadence, where the plan's cadence omits decisions. */
  readonly ownCadence?: Float64Array | undefined
}

/** Where columns are cached. */
export interface ColumnCaching {
  /** The bytes of columns that are kept. */
  readonly columnBytes?: number
  /** True if columns are in shared memory, for other threads. */
  readonly isShared?: boolean
}

/** A group read under a plan. */
interface PlannedRead {
  /** Identifies the columns: equal ids mean equal columns. */
  readonly id: string
  readonly read: GroupRead
  readonly placed: PlacedGroup
}

export class Replays {
  readonly reads: readonly GroupRead[]
  /** The decisions of the original history. */
  readonly rows: DecisionRows
  readonly #decides: DecidingModel
  readonly #base: Timeline
  readonly #t: Float64Array
  readonly #traces: AgeTraces
  readonly #columns: RecentResults<GroupColumns>
  readonly #isShared: boolean
  readonly #summed = new SummedGroups()
  readonly #timelines = new RecentResults<Timeline>(TIMELINES_CACHED)

  /** Throws as `decide` does, and `SPILL_HISTORY` for a history without a decision. */
  constructor(
    decides: DecidingModel,
    log: ReplayLog,
    traces: AgeTraces = new Map(),
    { columnBytes = limits.AUDIT_COLUMN_BYTES, isShared = false }: ColumnCaching = {},
  ) {
    const { ir, model } = decides
    this.#columns = new RecentResults(columnBytes, featureBytes)
    this.#isShared = isShared
    this.#decides = decides
    this.#traces = traces
    this.reads = groupReads(ir, model)
    this.rows = decisionRows(decisionPointsOf(ir, model, log), model)
    this.#base = { log, rows: this.rows }
    this.#t = decisionTimes(this.rows)
  }

  /**
   * The replay under a plan, with inputs of all cases or of the selected ones.
   *
   * @throws `SPILL_UNSUPPORTED` for a setting that this history cannot show, `SPILL_NOT_FOUND` for an unknown element
   */
  under(plan: Plan, selection?: CaseSelection): Replayed {
    this.#validate(plan)
    const { ir, model } = this.#decides
    const { timeline, scoredAt, ownCadence } = applyInference(
      planSetting(plan, 'inference'),
      this.#decides,
      this.#ingestionTimeline(planSetting(plan, 'ingestion')),
    )
    const reads = this.readsOf(plan, selection)
    const whole = ({ id, read, placed }: PlannedRead) =>
      new StoredColumns(
        this.#columns.getOrCompute(id, () => {
          const columns = groupColumns(read, placed, timeline, this.#summed, selection?.cases)
          return this.#isShared ? columns.map(toSharedColumn) : columns
        }),
      )
    const inputsBy = <Of extends CaseColumns>(columnsOf: (item: PlannedRead) => Of): CaseInputs<Of> => {
      const { length, columnOf } = selection ? selectRows(this.rows, selection.cases) : this.rows
      const features = reads.map(item => {
        const { read } = item
        return [readId({ group: read.group.name, key: read.key }), { read, columns: columnsOf(item) }] as const
      })
      return { selection, length, columnOf, features: new Map(features) }
    }
    let inputs: CaseInputs<StoredColumns> | undefined
    return {
      id: idOf(reads),
      get inputs() {
        return (inputs ??= inputsBy(whole))
      },
      passing: head => {
        assert(selection !== undefined, 'some cases are looked at')
        const shared = this.#sharedBy(reads, selection)
        return inputsBy(item => {
          if (shared.has(item.id)) return whole(item)
          const { read, placed } = item
          const forward = streamedSumColumns(read, placed, timeline, this.#summed, selection.cases)
          if (forward) return new StreamedColumns(read.group, forward, { head, most: CASES_PER_BLOCK })
          return new StoredColumns(groupColumns(read, placed, timeline, this.#summed, selection.cases))
        })
      },
      scoredAt,
      ownCadence,
      ...actionTimes(planSetting(plan, 'action'), scoredAt, this.#t, inlineReplyOf(ir, model)),
    }
  }

  /** The id of a plan's inputs. Throws as `under` does. */
  idOf(plan: Plan, selection?: CaseSelection): string {
    return idOf(this.readsOf(plan, selection))
  }

  /** The group reads of a plan, in the order of `reads`. Throws as `under` does. */
  readsOf(plan: Plan, selection?: CaseSelection): PlannedRead[] {
    const { kind } = planSetting(plan, 'ingestion')
    const arrivalId = kind === 'now' || kind === 'stream' ? '' : JSON.stringify(plan.get('ingestion'))
    const at = inputTimesId(planSetting(plan, 'inference'), this.#decides)
    return this.reads.map(read => {
      const { name } = read.group
      const placed = placeGroup(planSetting(plan, elementId({ kind: 'group', group: name })), read.group, this.#traces)
      const placedId = JSON.stringify([placed.place, typeof placed.addedAge === 'number' ? placed.addedAge : 'trace'])
      return { id: [readId({ group: name, key: read.key }), placedId, arrivalId, at, selection ? 'selected' : ''].join(' '), read, placed }
    })
  }

  /** Stores columns that another thread computed, one entry per group read. */
  storeColumns(plan: Plan, columns: readonly GroupColumns[], selection?: CaseSelection): void {
    for (const [read, { id }] of this.readsOf(plan, selection).entries()) this.#columns.getOrCompute(id, () => columns[read])
  }

  /** Builds the prefix sums of all groups before the first request. */
  buildPrefixSums(): void {
    const { histories, strings } = this.#base.log
    for (const { group } of this.reads) {
      const { source, block } = histories.get(group.source)!
      this.#summed.getOrBuild(group, source, block, strings)
    }
  }

  /** The ids of reads that the plan leaves unchanged, which other plans share; empty if it changes none. */
  #sharedBy(reads: readonly PlannedRead[], selection: CaseSelection): ReadonlySet<string> {
    const unchanged = new Set(this.readsOf(asItRuns, selection).map(({ id }) => id))
    const shared = reads.filter(({ id }) => unchanged.has(id))
    return new Set(shared.length < reads.length ? shared.map(({ id }) => id) : [])
  }

  /** The bytes of all columns that the plans read, each counted once, for this many cases. Throws as `under` does. */
  bytesOf(plans: Iterable<Plan>, cases: number): number {
    const bytes = new Map<string, number>()
    for (const plan of plans)
      for (const { id, read } of this.readsOf(plan)) bytes.set(id, cases * featureBytes(featureColumns(read.group, 1, false)))
    return [...bytes.values()].reduce((sum, item) => sum + item, 0)
  }

  /**
   * The median delay from an event's time to its arrival, ms. A mean would follow the few events that come days later. Uses an even sample
   * of each source.
   */
  get delay(): number {
    const delays: number[] = []
    for (const { block } of this.#base.log.histories.values()) {
      const step = Math.ceil(block.length / DELAY_SAMPLES)
      for (let row = 0; row < block.length; row += step) delays.push(block.arrival[row] - block.time[row])
    }
    return Float64Array.from(delays).toSorted()[delays.length >> 1]
  }

  #ingestionTimeline(setting: ElementSetting): Timeline {
    return this.#timelines.getOrCompute(JSON.stringify(setting), () => applyIngestion(setting, this.#decides, this.#base))
  }

  #validate(plan: Plan): void {
    const groups = this.#decides.ir.groups.map(({ name }) => elementId({ kind: 'group', group: name }))
    const ids = ['ingestion', ...groups, 'inference', 'action', 'training']
    for (const id of plan.keys())
      if (!ids.includes(id)) throw new SpillwayError('SPILL_NOT_FOUND', `there is no element '${id}'${didYouMean(id, ids)}`)
  }
}

const idOf = (reads: readonly PlannedRead[]): string => reads.map(({ id }) => id).join('; ')

export const planSetting = (plan: Plan, id: string): ElementSetting => plan.get(id) ?? { kind: 'now' }
