/**
 * The versions that score in place of what definitions say, for the models of a run: which one, the log says; what it is, the registry beside it. One that was trained on
 * other inputs than the model has today is reported, and scores nothing.
 */
import type { ModelIR, PipelineIR } from '../define/ir.ts'
import type { StoredLog } from '../log/store.ts'
import { challengeBefore, championOf, promotedBefore, type Champion } from '../training/registry/champion.ts'
import { challengesOf, promotionsOf } from '../training/registry/registry.ts'

export interface ChampionsOptions {
  readonly ir: PipelineIR
  readonly store: StoredLog
  readonly onReport: (report: string) => void
}

export class Champions {
  readonly #ir: PipelineIR
  readonly #onReport: ChampionsOptions['onReport']
  #store: StoredLog

  constructor({ ir, store, onReport }: ChampionsOptions) {
    this.#ir = ir
    this.#store = store
    this.#onReport = onReport
  }

  /** The same log, by another connection: of whoever holds the folder from now on. */
  over(store: StoredLog): void {
    this.#store = store
  }

  /** What scores the decisions of a model on entries from `entry` on; nothing if the model's own score does. */
  at(model: ModelIR, entry: number): Champion | undefined {
    const promotion = promotedBefore(promotionsOf(this.#store, model.name), entry)
    return promotion && this.take(model, promotion.version)
  }

  /** What scores beside it, as of an entry. */
  challengerAt(model: ModelIR, entry: number): Champion | undefined {
    const [challenges, promotions] = [challengesOf(this.#store, model.name), promotionsOf(this.#store, model.name)]
    return this.challenger(model, challengeBefore(challenges, promotions, entry)?.version ?? 0)
  }

  /** A version that the log lets score beside what decides: one that cannot does not, and nobody misses it. */
  challenger(model: ModelIR, version: number): Champion | undefined {
    if (version === 0 || !model.train) return undefined
    const found = championOf(this.#store, this.#ir, model, version)
    return typeof found === 'string' ? undefined : found
  }

  /** A version that the log promotes. */
  take(model: ModelIR, version: number): Champion | undefined {
    if (version === 0 || !model.train) return undefined
    const found = championOf(this.#store, this.#ir, model, version)
    if (typeof found !== 'string') return found
    const instead = model.score.kind === 'none' ? 'there is no score' : "the model's own score is used"
    this.#onReport(`version ${version} of model '${model.name}' is not used, since ${found}; ${instead} until another version is promoted`)
    return undefined
  }
}
