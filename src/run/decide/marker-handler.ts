/** Handles the markers of the log: decisions at ticks and on requests, swaps of batch results, promotions and challenges. */
import type { Strings } from '../../columns/index.ts'
import { limits } from '../../base/index.ts'
import { type EveryTrigger, keyOrder, type TickKeys } from '../../decision/index.ts'
import { RequestReader } from '../../intake/index.ts'
import type { LogMarker } from '../../log/index.ts'
import type { BatchResults } from '../groups/batch-results.ts'
import type { QueryableGroup } from '../groups/live-group.ts'
import type { DecisionPoints } from './decision-points.ts'
import type { Champions } from './champions.ts'
import { decideAll, type LiveDecisions, type LiveModel } from './live-model.ts'

/** A model that decides on ticks. */
export interface TickModel {
  readonly model: LiveModel
  readonly every: EveryTrigger
  readonly keys: TickKeys
}

/** The last recorded decision of a model on a segment of markers: its entry and its key. */
export interface RecordedOnMarkers {
  readonly entry: number
  readonly key: string | number
}

export interface LogMarkerHandlerOptions {
  readonly groups: ReadonlyMap<string, QueryableGroup>
  readonly models: readonly LiveModel[]
  readonly onTicks: readonly TickModel[]
  readonly strings: Strings
  readonly batchResults: BatchResults | undefined
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

  constructor(options: LogMarkerHandlerOptions) {
    this.#options = options
  }

  /** Applies a marker and yields its decisions behind those that are `recorded`, by model. */
  *apply(marker: LogMarker, entry: number, recorded: ReadonlyMap<string, RecordedOnMarkers>): Generator<LiveDecisions> {
    const { groups, models, onTicks, batchResults, champions } = this.#options
    if (marker.kind === 'swap') {
      const group = groups.get(marker.group)
      if (group) batchResults?.swapIn(group, marker.run, entry)
      return
    }
    if (marker.kind === 'tick') {
      for (const tickModel of onTicks)
        if (marker.t % tickModel.every.every === 0)
          yield* this.#decideTick(tickModel, marker.t, entry, recorded.get(tickModel.model.definition.name))
      return
    }
    const model = models.find(({ definition }) => definition.name === marker.model)
    switch (marker.kind) {
      case 'request':
        if (model && entry > (recorded.get(marker.model)?.entry ?? -1)) yield* this.#answer(model, marker, entry)
        break
      case 'promote':
        model?.scoreBy(champions?.afterPromotion(model.definition, marker.version, entry))
        break
      case 'challenge':
        model?.challengeBy(champions?.challenger(model.definition, marker.version))
    }
  }

  *#decideTick(
    { model, every, keys }: TickModel,
    t: number,
    entry: number,
    recorded: RecordedOnMarkers | undefined,
  ): Generator<LiveDecisions> {
    if (recorded && recorded.entry > entry) return
    const { column } = every
    const active = keys.activeAt(t)
    const atOnce = limits.TICK_KEYS_AT_ONCE
    const first = recorded?.entry === entry ? this.#firstAfter(active, recorded.key, every) : 0
    for (let from = first; from < active.length; from += atOnce) {
      const chunk = active.subarray(from, from + atOnce)
      const key = { values: column.type === 'string' ? Int32Array.from(chunk) : chunk.slice() }
      yield decideAt(model, { length: chunk.length, t, entry, columnOf: () => key, since: row => keys.newestTime(chunk[row]) })
    }
  }

  /** The index of the first active key after `key`, which may be active no longer. */
  #firstAfter(active: Float64Array, key: string | number, every: EveryTrigger): number {
    const { strings } = this.#options
    const stringsBefore = strings.size
    const value = every.column.type === 'string' ? strings.idOf(String(key)) : Number(key)
    const order = keyOrder(every, strings)
    const index = active.findIndex(other => order(other, value) > 0)
    strings.forgetFrom(stringsBefore)
    return index < 0 ? active.length : index
  }

  /** Decides on a request. A request for a model that decides otherwise now, or with other fields, makes no decision. */
  *#answer(model: LiveModel, { fields, t }: Extract<LogMarker, { kind: 'request' }>, entry: number): Generator<LiveDecisions> {
    const { decide } = model.definition
    if (decide.kind !== 'request') return
    const { strings } = this.#options
    const stringsBefore = strings.size
    const request = RequestReader.forStored(decide, strings)
    if (request.readFields(fields)) return strings.forgetFrom(stringsBefore)
    const columns = request.columns()
    yield decideAt(model, { length: 1, t, entry, columnOf: name => columns[name], since: () => t, stringsBefore })
  }
}

/** Decides at a marker, with all events before it visible. */
function decideAt(model: LiveModel, { t, entry, ...of }: MarkerBatch): LiveDecisions {
  const { length } = of
  const points: DecisionPoints = {
    ...of,
    entry: new Float64Array(length).fill(entry),
    t: new Float64Array(length).fill(t),
    sourcePosition: undefined,
    prefixes: () => new Int32Array(length),
    source: undefined,
  }
  const groups = new Set(model.readers.map(({ group }) => group))
  const [decisions] = decideAll([{ model, points }], groups, () => undefined, t)
  return decisions
}
