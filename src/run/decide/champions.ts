/**
 * Champions and challengers of the models of a run. The log says which version scores from which entry on; the registry holds the version.
 * A version that was trained on inputs with other definitions is reported and does not score.
 */
import { SpillwayError } from '../../base/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import type { NamedValues } from '../../log/index.ts'
import { openOnnx } from '../../model/index.ts'
import { challengeBefore, championOf, championAfter, type Champion, challengesOf, promotionsOf } from '../../training/registry/index.ts'

export interface ChampionsOptions {
  readonly ir: PipelineIR
  readonly store: NamedValues
  readonly onReport: (report: string) => void
}

/** Looks up the versions that score. */
export class Champions {
  readonly #ir: PipelineIR
  readonly #onReport: ChampionsOptions['onReport']
  #store: NamedValues

  constructor({ ir, store, onReport }: ChampionsOptions) {
    this.#ir = ir
    this.#store = store
    this.#onReport = onReport
  }

  /** Continues on another connection to the same log, that of the process which now holds the folder. */
  useStore(store: NamedValues): void {
    this.#store = store
  }

  /** The version that scores the decisions of a model on entries from `entry` on; undefined if the score of its definition does. */
  at(model: ModelIR, entry: number): Champion | undefined {
    const promotions = promotionsOf(this.#store, model.name).filter(promotion => promotion.entry < entry)
    return this.#after(model, promotions)
  }

  /** The challenger as of an entry. */
  challengerAt(model: ModelIR, entry: number): Champion | undefined {
    const [challenges, promotions] = [challengesOf(this.#store, model.name), promotionsOf(this.#store, model.name)]
    return this.challenger(model, challengeBefore(challenges, promotions, entry)?.version ?? 0)
  }

  /** A version that challenges; undefined if it cannot score, which is not reported. */
  challenger(model: ModelIR, version: number): Champion | undefined {
    if (version === 0 || !model.train) return undefined
    const champion = championOf(this.#store, this.#ir, model, version)
    return typeof champion === 'string' || faultOf(champion) !== undefined ? undefined : champion
  }

  /** The champion after a promotion at entry `entry`. If that version cannot score, the previous champion stays. */
  afterPromotion(model: ModelIR, version: number, entry: number): Champion | undefined {
    const before = promotionsOf(this.#store, model.name).filter(promotion => promotion.entry < entry)
    return this.#after(model, [...before, { version }])
  }

  #after(model: ModelIR, promotions: readonly { readonly version: number }[]): Champion | undefined {
    if (!model.train) return undefined
    const { champion, passed } = championAfter(this.#store, this.#ir, model, promotions, faultOf)
    const fallback = model.score.kind === 'none' ? 'there is no score' : "the model's own score is used"
    const current = champion ? `version ${champion.version}, which scored before, goes on` : fallback
    for (const { version, why } of passed)
      this.#onReport(`version ${version} of model '${model.name}' is not used, since ${why}; ${current} until another version is promoted`)
    return champion
  }
}

/** The reason why a graph cannot be loaded: the package is missing, or rejects the graph. */
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
