/** Recorded decisions of a data folder: the newest ones, those of one log entry, and their traces. */
import { inspect } from 'node:util'
import { didYouMean, SpillwayError, type StrictOmit } from '../base/index.ts'
import type { DecisionSummary } from '../log/sqlite/index.ts'
import { matchesKey, newestDecisions } from '../run/history/index.ts'
import { recordedDecisions, type RecordedDecision } from '../run/decide/index.ts'
import type { FolderLog } from './folder-log.ts'
import { decisionTraces, type DecisionTrace, type DecisionTraceQuery } from './trace.ts'

/** A query for recorded decisions: the newest `last`, or all of one log entry. */
export type DecisionQuery = {
  readonly model?: string | undefined
  /** Key as text. */
  readonly key?: string | undefined
} & ({ readonly last: number } | { readonly entry: number })

/** The decisions that match a query, in order of decision. */
export interface MatchingDecisions {
  readonly decisions: readonly RecordedDecision[]
  /** Number of recorded decisions of the model, or of all models. */
  readonly recorded: number
}

/** A request for the traces of a decision: by its log entry, or by the idempotency key of one of its effects. */
export interface TraceQuery extends StrictOmit<DecisionTraceQuery, 'entry'> {
  readonly target: number | string
}

/** The recorded decisions of one folder. */
export class FolderDecisions {
  readonly #log: FolderLog

  constructor(log: FolderLog) {
    this.#log = log
  }

  /** Models with recorded decisions, sorted by name. */
  models(): DecisionSummary[] {
    return this.#log.models()
  }

  /** Finds decisions. The newest are searched without an index. Throws `SPILL_NOT_FOUND` for a model without recorded decisions. */
  async find(query: DecisionQuery): Promise<MatchingDecisions> {
    const { model, key } = query
    const models = this.models()
    const names = models.map(each => each.model)
    if (model !== undefined && names.length > 0 && !names.includes(model))
      throw new SpillwayError('SPILL_NOT_FOUND', `no decision of model '${model}' is recorded${didYouMean(model, names)}`)
    const decisions =
      'entry' in query
        ? this.#ofEntry(query.entry, model, key)
        : (await newestDecisions(this.#log, { model, key, last: query.last })).decisions
    const recorded = models.filter(each => model === undefined || each.model === model).reduce((sum, each) => sum + each.decisions, 0)
    return { decisions, recorded }
  }

  /**
   * Traces decisions from their trigger to their acknowledged effects; empty if none matches. Throws `SPILL_NOT_FOUND` for an unknown effect,
   * `SPILL_DATA` for damaged data.
   */
  async traces({ target, model, key, ...query }: TraceQuery): Promise<DecisionTrace[]> {
    if (typeof target === 'number') return decisionTraces(this.#log, { entry: target, model, key, ...query })
    const effect = this.#log.effects.byId(target)
    if (!effect) throw new SpillwayError('SPILL_NOT_FOUND', `there is no effect with the id ${inspect(target)}`)
    const { model: ofEffect } = JSON.parse(effect.body) as { model?: string }
    const keyOfEffect = String(JSON.parse(effect.key))
    return decisionTraces(this.#log, { entry: effect.entry, model: model ?? ofEffect, key: key ?? keyOfEffect, ...query })
  }

  #ofEntry(entry: number, model: string | undefined, key: string | undefined): RecordedDecision[] {
    return [...this.#log.decisionsAt(entry)]
      .filter(batch => model === undefined || batch.model === model)
      .flatMap(({ bytes }) => [...recordedDecisions(bytes)])
      .filter(decision => decision.entry === entry && (key === undefined || matchesKey(decision.key, key)))
  }
}
