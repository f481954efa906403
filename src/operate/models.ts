/** Versions of trained models in a registry: of a data folder, or of a folder of its own. */
import { SpillwayError } from '../base/index.ts'
import type { ModelIR, PipelineIR } from '../define/ir/index.ts'
import type { NamedValues } from '../log/index.ts'
import {
  trainableModel,
  versionBeforeLast,
  driftStateOf,
  type DriftState,
  type Champion,
  championAfter,
  championFinder,
  modelVersions,
  type ModelVersions,
  pendingPromotion,
  promotionsOf,
  scoreOfVersion,
  versionOf,
  versionsOf,
  type ModelVersion,
  type PendingPromotion,
  type PromotionRecord,
} from '../training/registry/index.ts'
import type { VersionScore } from '../training/index.ts'

/** The versions of a model, its champion, the last drift check, and the promotion that waits for a run. */
export interface RegisteredModel extends ModelVersions {
  readonly model: string
  readonly drift?: DriftState
  readonly pending?: PendingPromotion
  /** The version that a rollback would make the champion; 0 is the score of the definition. Absent if nothing has been promoted. */
  readonly rollback?: number
}

/** The state of a model that a metric shows. */
export interface ModelState {
  readonly model: string
  /** The version that scores; 0 is the score of the definition. */
  readonly scores: number
  readonly champion: ModelVersion | undefined
  readonly last: ModelVersion | undefined
  /** The result of the last drift check. */
  readonly drift: DriftState | undefined
}

/** The versions in one registry. */
export class RegisteredModels {
  readonly #values: NamedValues

  constructor(values: NamedValues) {
    this.#values = values
  }

  /** A trained model with its versions, oldest first. */
  byModel(ir: PipelineIR, model: ModelIR): RegisteredModel {
    const { name } = model
    const drift = driftStateOf(this.#values, name)
    const pending = pendingPromotion(this.#values, name)
    const rollback = versionBeforeLast(promotionsOf(this.#values, name))
    return {
      model: name,
      ...modelVersions(this.#values, ir, model),
      ...(drift && { drift }),
      ...(pending && { pending }),
      ...(rollback !== undefined && { rollback }),
    }
  }

  /** Versions of a model, oldest first, as they are stored. */
  versions(model: string): ModelVersion[] {
    return versionsOf(this.#values, model)
  }

  /** One version. Throws `SPILL_NOT_FOUND` for an unknown version or model, `SPILL_INPUT` for an untrained model. */
  version(ir: PipelineIR, model: string, number: number): ModelVersion {
    const { versions } = modelVersions(this.#values, ir, trainableModel(ir, model))
    const version = versions.find(candidate => candidate.number === number)
    if (version) return version
    const [first, ...more] = versions.map(candidate => candidate.number)
    const available =
      first === undefined ? 'no version yet; spillway train makes one' : `no version ${number}; there is ${rangeText(first, more.at(-1))}`
    throw new SpillwayError('SPILL_NOT_FOUND', `model '${model}' has ${available}`)
  }

  /** The score of a version; `undefined` for a version that was not trained. */
  score(model: string, number: number): VersionScore | undefined {
    return scoreOfVersion(this.#values, model, number)
  }

  /** Promotions of a model, oldest first. */
  promotions(model: string): PromotionRecord[] {
    return promotionsOf(this.#values, model)
  }

  /** Reads the states of the trained models of a pipeline. Cheap enough for a scrape: a champion is looked up once for each promotion. */
  stateReader(ir: PipelineIR): () => ModelState[] {
    const models = ir.models.filter(({ train }) => train)
    const championOf = championFinder(this.#values, ir)
    return () =>
      models.map(definition => {
        const model = definition.name
        const versions = versionsOf(this.#values, model)
        const scores = championOf(definition)
        const last = versions.findLast(({ state }) => state !== 'training')
        const champion = versions.find(({ number }) => number === scores)
        return { model, scores, champion, last, drift: driftStateOf(this.#values, model) }
      })
  }
}

const rangeText = (first: number, last: number | undefined): string => (last === undefined ? String(first) : `${first} to ${last}`)

/** A version that scores. */
export interface PromotedChampion extends Champion {
  /** End of its training data, UTC ms. */
  readonly learntTo: number
}

/** The champion, or the reason why no version scores: none is promoted, or the promoted one cannot score. */
export function promotedChampion(values: NamedValues, ir: PipelineIR, model: ModelIR): PromotedChampion | { readonly why: string } {
  const { champion, passed } = championAfter(values, ir, model, promotionsOf(values, model.name))
  if (champion) return { ...champion, learntTo: versionOf(values, model.name, champion.version)?.trained?.split.trainedTo ?? Infinity }
  const [last] = passed
  return { why: last ? `version ${last.version} is promoted and cannot score, since ${last.why}` : 'no version is promoted' }
}
