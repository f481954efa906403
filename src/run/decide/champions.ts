/**
 * The versions that score in place of what definitions say, for the models of a run: which one, the log says; what it is, the registry beside it. One that was trained on
 * other inputs than the model has today is reported, and scores nothing.
 */
import { SpillwayError } from '../../base/errors.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import type { StoredLog } from '../../log/store.ts'
import { openOnnx } from '../../model/onnx-runtime.ts'
import { challengeBefore, championOf, scorerAfter, type Champion } from '../../training/registry/champion.ts'
import { challengesOf, promotionsOf } from '../../training/registry/registry.ts'

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
    const promotions = promotionsOf(this.#store, model.name).filter(promotion => promotion.entry < entry)
    return this.#after(model, promotions)
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
    return typeof found === 'string' || faultOf(found) !== undefined ? undefined : found
  }

  /** A version that the log promotes, with its entry `entry`; where it cannot score, what did before goes on. */
  take(model: ModelIR, version: number, entry: number): Champion | undefined {
    const before = promotionsOf(this.#store, model.name).filter(promotion => promotion.entry < entry)
    return this.#after(model, [...before, { version }])
  }

  #after(model: ModelIR, promotions: readonly { readonly version: number }[]): Champion | undefined {
    if (!model.train) return undefined
    const { champion, passed } = scorerAfter(this.#store, this.#ir, model, promotions, faultOf)
    const own = model.score.kind === 'none' ? 'there is no score' : "the model's own score is used"
    const instead = champion ? `version ${champion.version}, which scored before, goes on` : own
    for (const { version, why } of passed)
      this.#onReport(`version ${version} of model '${model.name}' is not used, since ${why}; ${instead} until another version is promoted`)
    return champion
  }
}

/** Why a graph cannot be loaded, in words: the package is not there, or does not take it. */
function faultOf({ score, file }: Champion): string | undefined {
  if (score.kind !== 'onnx' || !file) return undefined
  try {
    openOnnx(score, file)
    return undefined
  } catch (error) {
    if (error instanceof SpillwayError) return error.message
    throw error
  }
}
