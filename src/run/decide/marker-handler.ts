/** Handles the markers of the log: decisions at ticks and on requests, swaps of batch results, promotions and challenges. */
import type { Strings } from '../../columns/index.ts'
import { stopwatch, limits } from '../../base/index.ts'
import type { EveryTrigger, TickKeys } from '../../decision/index.ts'
import { RequestReader } from '../../intake/index.ts'
import type { LogMarker } from '../../log/index.ts'
import { BatchGroup } from '../groups/batch-group.ts'
import type { Snapshots } from '../groups/snapshots.ts'
import type { Champions } from './champions.ts'
import { HybridGroup } from '../groups/hybrid-group.ts'
import type { QueryableGroup, GroupAnswers } from '../groups/live-group.ts'
import type { DecisionPoints } from '../groups/segment-order.ts'
import type { LiveDecisions, LiveModel, GroupReader } from './live-model.ts'
import type { BatchResults } from '../groups/batch-results.ts'

/** A model that decides on ticks. */
export interface TickModel {
  readonly model: LiveModel
  readonly every: EveryTrigger
  readonly keys: TickKeys
}

export interface LogMarkerHandlerOptions {
  readonly groups: ReadonlyMap<string, QueryableGroup>
  readonly models: readonly LiveModel[]
  readonly onTicks: readonly TickModel[]
  readonly strings: Strings
  readonly batchResults: BatchResults | undefined
  readonly snapshots: Snapshots | undefined
  readonly champions: Champions | undefined
}

/** A decision batch at one marker. */
interface MarkerBatch extends Pick<DecisionPoints, 'length' | 'columnOf' | 'since' | 'stringsBefore'> {
  readonly t: number
  readonly entry: number
}

/** Applies markers to models and groups. */
export class LogMarkerHandler {
  readonly #options: LogMarkerHandlerOptions
  readonly #onRequests: ReadonlyMap<string, LiveModel>

  constructor(options: LogMarkerHandlerOptions) {
    this.#options = options
    const requestModels = options.models.filter(({ model }) => model.decide.kind === 'request')
    this.#onRequests = new Map(requestModels.map(live => [live.model.name, live]))
  }

  /**
   * Applies a marker and yields its decisions. `left`: number of decisions of the segment that are already recorded, by model; handled ones
   * are subtracted.
   */
  *apply(marker: LogMarker, entry: number, left: Map<string, number>): Generator<LiveDecisions> {
    const { champions, onTicks } = this.#options
    if (marker.kind === 'request') {
      if (subtractRecorded(left, marker.model, 1) === 0) yield* this.#answer(marker, entry)
    } else if (marker.kind === 'swap') this.#swap(marker.group, marker.run, entry)
    else if (marker.kind === 'promote') {
      const live = this.#model(marker.model)
      live?.scoreBy(champions?.afterPromotion(live.definition, marker.version, entry))
    } else if (marker.kind === 'challenge') {
      const live = this.#model(marker.model)
      live?.challengeBy(champions?.challenger(live.definition, marker.version))
    } else
      for (const model of onTicks) {
        const { model: live, every, keys } = model
        if (marker.t % every.every !== 0) continue
        const due = keys.activeAt(marker.t)
        const from = subtractRecorded(left, live.model.name, due.length)
        yield* this.#sweep(model, due.subarray(from), marker.t, entry)
      }
  }

  #model(name: string): LiveModel | undefined {
    return this.#options.models.find(({ definition: own }) => own.name === name)
  }

  /** Swaps in a batch result. A result of other definitions is ignored. Layers that were not prepared are made from the log. */
  #swap(name: string, run: number, entry: number): void {
    const { groups, batchResults, snapshots } = this.#options
    const group = groups.get(name)
    if (group instanceof BatchGroup) group.swap(batchResults?.claim(group, run))
    if (group instanceof HybridGroup && !group.swap(run)) snapshots?.swapIn(group, run, entry)
  }

  *#sweep({ model: live, every: { column }, keys }: TickModel, due: Float64Array, t: number, entry: number): Generator<LiveDecisions> {
    for (let from = 0; from < due.length; from += limits.TICK_KEYS_AT_ONCE) {
      const chunk = due.subarray(from, from + limits.TICK_KEYS_AT_ONCE)
      const key = { values: column.type === 'string' ? Int32Array.from(chunk) : chunk.slice() }
      yield this.#decideAt(live, { length: chunk.length, t, entry, columnOf: () => key, since: row => keys.newestTime(chunk[row]) })
    }
  }

  /** Decides on a request. A request for a removed model, or with other fields, makes no decision. */
  *#answer({ model, fields, t }: Extract<LogMarker, { kind: 'request' }>, entry: number): Generator<LiveDecisions> {
    const live = this.#onRequests.get(model)
    if (live?.model.decide.kind !== 'request') return
    const { strings } = this.#options
    const stringsBefore = strings.size
    const request = RequestReader.forStored(live.model.decide, strings)
    if (request.readFields(fields)) return strings.forgetFrom(stringsBefore)
    const columns = request.columns()
    yield this.#decideAt(live, { length: 1, t, entry, columnOf: name => columns[name], since: () => t, stringsBefore })
  }

  /** Decides at a marker, with all events before it visible. */
  #decideAt(live: LiveModel, { t, entry, ...of }: MarkerBatch): LiveDecisions {
    const { length } = of
    const points: DecisionPoints = {
      ...of,
      entry: new Float64Array(length).fill(entry),
      t: new Float64Array(length).fill(t),
      sourcePosition: undefined,
      prefixes: () => new Int32Array(length),
      source: undefined,
    }
    const begun = stopwatch()
    const answers = new Map<GroupReader, GroupAnswers>()
    for (const group of new Set(live.readers.map(reader => reader.group))) {
      const readers = live.readers.filter(reader => reader.group === group)
      const results = group.applyAndQuery(
        undefined,
        readers.map(reader => live.queryOf(reader, points)),
        t,
      )
      readers.forEach((reader, r) => answers.set(reader, results[r]))
    }
    return live.decide(points, answers, { begun, features: stopwatch() })
  }
}

/** Subtracts recorded decisions: returns how many of the next `count` decisions of a model are recorded. */
function subtractRecorded(left: Map<string, number>, model: string, count: number): number {
  const recorded = left.get(model) ?? 0
  const subtracted = Math.min(recorded, count)
  left.set(model, recorded - subtracted)
  return subtracted
}
