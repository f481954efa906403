/**
 * Selects the version of a model that scores: the champion. A promotion names the version that shall score, but whether it can depends on
 * today's inputs. So the champion is computed, not stored.
 */
import { hash } from 'node:crypto'
import { unknownNameError, SpillwayError } from '../../base/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import { parseOnnxFile, type OnnxFile, ProtobufFault } from '../../define/model/index.ts'
import type { VersionScore } from '../predict.ts'
import { changedInputs, inputCodes } from './input-codes.ts'
import type { NamedValues } from '../../log/index.ts'
import { pendingPromotion, onnxOfVersion, promotionsOf, scoreOfVersion, versionOf, versionsOf } from './registry.ts'
import type { PromotionRecord, ModelVersion } from './version.ts'

/** A version that scores instead of the definition. */
export interface Champion {
  readonly version: number
  readonly score: VersionScore
  /** File of an ONNX graph. */
  readonly file?: OnnxFile
}

/** The promotion in force before a log entry. */
export const promotionBefore = (promotions: readonly PromotionRecord[], entry: number): PromotionRecord | undefined =>
  promotions.findLast(promotion => promotion.entry < entry)

/** The challenge in progress before a log entry; a promotion ends it. */
export function challengeBefore(
  challenges: readonly PromotionRecord[],
  promotions: readonly PromotionRecord[],
  entry: number,
): PromotionRecord | undefined {
  const last = promotionBefore(challenges, entry)
  const since = promotionBefore(promotions, entry)
  return last && last.version !== 0 && last.entry > (since?.entry ?? -1) ? last : undefined
}

/** The version that scored before the last promotion; 0 if that is the definition's own score, `undefined` if nothing has been promoted. */
export function versionBeforeLast(promotions: readonly Pick<PromotionRecord, 'version'>[]): number | undefined {
  const last = promotions.at(-1)
  return last && (promotions.findLast(({ version }) => version !== last.version)?.version ?? 0)
}

/**
 * The version that scored before the champion; 0, the definition's own score, if there was none.
 * @throws `SPILL_PRECONDITION` if no version has been promoted: a rollback means the same over HTTP and on the command line.
 */
export function rollbackVersion(values: NamedValues, model: string): number {
  const version = versionBeforeLast(promotionsOf(values, model))
  if (version !== undefined) return version
  const waiting = pendingPromotion(values, model)
  const instead = waiting === undefined ? '' : `; version ${waiting.version} waits for a run, and models … promote 0 takes that back`
  throw new SpillwayError(
    'SPILL_PRECONDITION',
    `no version of model '${model}' has been promoted: there is nothing to go back from${instead}`,
  )
}

/** A version if it can score: its inputs are unchanged and nothing is damaged. Otherwise the reason in words. */
export function championOf(values: NamedValues, ir: PipelineIR, model: ModelIR, number: number): Champion | string {
  try {
    const version = versionOf(values, model.name, number)
    const score = scoreOfVersion(values, model.name, number)
    if (!version || !score) return 'it is not in the registry any more'
    const changed = changedInputs(version.inputs, inputCodes(ir, model))
    if (changed.length > 0) return `it was trained on other inputs: ${changed.join(', ')}`
    if (score.kind !== 'onnx') return { version: number, score }
    const file = fileOf(values, model.name, number, score.sha256)
    return typeof file === 'string' ? file : { version: number, score, file }
  } catch (error) {
    // A damaged value.
    if (error instanceof SpillwayError && error.code === 'SPILL_DATA') return error.message
    throw error
  }
}

function fileOf(values: NamedValues, model: string, number: number, sha256: string): OnnxFile | string {
  const path = `version ${number} of '${model}'`
  const bytes = onnxOfVersion(values, model, number)
  if (!bytes) return 'its file of ONNX is not in the registry any more'
  const actual = hash('sha256', bytes)
  if (actual !== sha256)
    return `its file of ONNX is damaged: its SHA-256 is ${actual.slice(0, 8)}…, and it was trained as ${sha256.slice(0, 8)}…`
  try {
    return parseOnnxFile(path, bytes)
  } catch (error) {
    if (error instanceof ProtobufFault) return `its file of ONNX cannot be used: ${error.message}`
    throw error
  }
}

/** A promoted version that cannot score. */
export interface SkippedVersion {
  readonly version: number
  readonly why: string
}

/**
 * The champion after these promotions: the latest version that can score, or `undefined` for the definition's own score. `faultOf` finds
 * faults that only loading shows.
 */
export function championAfter(
  values: NamedValues,
  ir: PipelineIR,
  model: ModelIR,
  promotions: readonly Pick<PromotionRecord, 'version'>[],
  faultOf: (champion: Champion) => string | undefined = () => undefined,
): { readonly champion: Champion | undefined; readonly passed: readonly SkippedVersion[] } {
  const passed: SkippedVersion[] = []
  for (const { version } of promotions.toReversed()) {
    if (version === 0) break
    if (passed.some(candidate => candidate.version === version)) continue
    const outcome = championOf(values, ir, model, version)
    const why = typeof outcome === 'string' ? outcome : faultOf(outcome)
    if (why === undefined) return { champion: outcome as Champion, passed }
    passed.push({ version, why })
  }
  return { champion: undefined, passed }
}

/** Throws `SPILL_PRECONDITION` unless the version can score; 0, the definition's own score, always can. */
export function checkPromotable(values: NamedValues, ir: PipelineIR, name: string, number: number): void {
  const model = trainableModel(ir, name)
  if (number === 0) return
  const version = versionOf(values, name, number)
  if (!version) {
    const numbers = versionsOf(values, name).map(candidate => candidate.number)
    const there = numbers.length > 0 ? `there are ${numbers.join(', ')}` : 'there is none yet: spillway train makes one'
    throw new SpillwayError('SPILL_PRECONDITION', `model '${name}' has no version ${number}; ${there}`)
  }
  if (!version.trained)
    throw new SpillwayError('SPILL_PRECONDITION', `version ${number} of model '${name}' has no score: ${version.error ?? version.state}`)
  const champion = championOf(values, ir, model, number)
  if (typeof champion === 'string')
    throw new SpillwayError('SPILL_PRECONDITION', `version ${number} of model '${name}' cannot score: ${champion}`)
}

/**
 * Finds a trainable model.
 * @throws `SPILL_NOT_FOUND` for an unknown model, `SPILL_INPUT` for an untrained one.
 */
export function trainableModel(ir: PipelineIR, name: string): ModelIR & Required<Pick<ModelIR, 'train' | 'label'>> {
  const model = ir.models.find(candidate => candidate.name === name)
  const trained = ir.models.filter(({ train }) => train).map(candidate => candidate.name)
  if (!model) throw unknownNameError(ir.name, 'model', name, trained)
  const { train, label } = model
  if (!train || !label)
    throw new SpillwayError('SPILL_INPUT', `model '${name}' is not trained; give it train: { algorithm: 'logistic' }, and a label`)
  return { ...model, train, label }
}

/** Versions and champion of a model. */
export interface ModelVersions {
  /** Oldest first; the version that scores has state `champion`. */
  readonly versions: readonly ModelVersion[]
  /** The version that scores; 0 if none does. */
  readonly champion: number
  /** Versions promoted after the champion that cannot score. */
  readonly skipped: readonly SkippedVersion[]
}

/** Reads the versions of a model. */
export function modelVersions(values: NamedValues, ir: PipelineIR, model: ModelIR): ModelVersions {
  const { champion, passed } = championAfter(values, ir, model, promotionsOf(values, model.name))
  const number = champion?.version ?? 0
  return {
    versions: versionsOf(values, model.name).map(version => ({ ...version, state: stateOf(version, number) })),
    champion: number,
    skipped: passed,
  }
}

/** The number of the scoring version, 0 if none. Cached until the next promotion, since reading a score of megabytes takes milliseconds. */
export function championFinder(values: NamedValues, ir: PipelineIR): (model: ModelIR) => number {
  const cache = new Map<string, { readonly promotions: number; readonly at: number; readonly champion: number }>()
  return model => {
    const promotions = promotionsOf(values, model.name)
    const cached = cache.get(model.name)
    // Old promotions are deleted, so the count alone does not tell.
    const [count, at] = [promotions.length, promotions.at(-1)?.entry ?? -1]
    if (cached?.promotions === count && cached.at === at) return cached.champion
    const champion = championAfter(values, ir, model, promotions).champion?.version ?? 0
    cache.set(model.name, { promotions: count, at, champion })
    return champion
  }
}

function stateOf({ state, number }: ModelVersion, champion: number): ModelVersion['state'] {
  if (number === champion) return 'champion'
  return state === 'champion' ? 'retired' : state
}
