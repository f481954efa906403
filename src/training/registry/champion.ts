/** Which version of a model scores, and which may. */
import { createHash } from 'node:crypto'
import { didYouMean } from '../../base/did-you-mean.ts'
import { SpillwayError } from '../../base/errors.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import { onnxFile, type OnnxFile } from '../../define/model/onnx-file.ts'
import { ProtobufFault } from '../../define/model/protobuf.ts'
import type { VersionScore } from '../predict.ts'
import { changedInputs, inputCodes } from './input-codes.ts'
import { askedOf, onnxOfVersion, promotionsOf, scoreOfVersion, versionOf, versionsOf, type NamedValues } from './registry.ts'
import type { PromotionRecord } from './version.ts'

/** A version that scores in place of what the definition says. */
export interface Champion {
  readonly version: number
  readonly score: VersionScore
  /** That of a graph of ONNX. */
  readonly file?: OnnxFile
}

/** The promotion that held before an entry of the log was decided on. */
export const promotedBefore = (promotions: readonly PromotionRecord[], entry: number): PromotionRecord | undefined =>
  promotions.findLast(promotion => promotion.entry < entry)

/** The challenge that was going on before an entry was decided on: a promotion ends it. */
export function challengeBefore(
  challenges: readonly PromotionRecord[],
  promotions: readonly PromotionRecord[],
  entry: number,
): PromotionRecord | undefined {
  const last = promotedBefore(challenges, entry)
  const since = promotedBefore(promotions, entry)
  return last && last.version !== 0 && last.entry > (since?.entry ?? -1) ? last : undefined
}

/**
 * The version that scored before the champion: 0, the model's own score, where no version did. Throws `SPILL_CONFLICT` where no version has been promoted,
 * so that a rollback means the same over HTTP and on the command line.
 */
export function rollbackVersion(values: NamedValues, model: string): number {
  const promotions = promotionsOf(values, model)
  const last = promotions.at(-1)
  if (last) return promotions.findLast(({ version }) => version !== last.version)?.version ?? 0
  const waiting = askedOf(values, model)
  const instead = waiting === undefined ? '' : `; version ${waiting.version} waits for a run, and models … promote 0 takes that back`
  throw new SpillwayError('SPILL_CONFLICT', `no version of model '${model}' has been promoted: there is nothing to go back from${instead}`)
}

/** A version, if what it was trained on is what the model is given now and nothing of it is damaged; otherwise why it cannot score, in words. */
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
    // A value that is not what was written.
    if (error instanceof SpillwayError && error.code === 'SPILL_DATA') return error.message
    throw error
  }
}

function fileOf(values: NamedValues, model: string, number: number, sha256: string): OnnxFile | string {
  const path = `version ${number} of '${model}'`
  const bytes = onnxOfVersion(values, model, number)
  if (!bytes) return 'its file of ONNX is not in the registry any more'
  const is = createHash('sha256').update(bytes).digest('hex')
  if (is !== sha256) return `its file of ONNX is damaged: its SHA-256 is ${is.slice(0, 8)}…, and it was trained as ${sha256.slice(0, 8)}…`
  try {
    return onnxFile(path, bytes)
  } catch (error) {
    if (error instanceof ProtobufFault) return `its file of ONNX cannot be used: ${error.message}`
    throw error
  }
}

/** A version that was promoted and cannot score. */
export interface Passed {
  readonly version: number
  readonly why: string
}

/**
 * What scores after these promotions: the version of the last, or where that cannot the last one before it that can; nothing where the model's own score does. `faultOf` finds what only shows
 * when it is loaded.
 */
export function scorerAfter(
  values: NamedValues,
  ir: PipelineIR,
  model: ModelIR,
  promotions: readonly Pick<PromotionRecord, 'version'>[],
  faultOf: (champion: Champion) => string | undefined = () => undefined,
): { readonly champion: Champion | undefined; readonly passed: readonly Passed[] } {
  const passed: Passed[] = []
  for (const { version } of promotions.toReversed()) {
    if (version === 0) break
    if (passed.some(one => one.version === version)) continue
    const found = championOf(values, ir, model, version)
    const why = typeof found === 'string' ? found : faultOf(found)
    if (why === undefined) return { champion: found as Champion, passed }
    passed.push({ version, why })
  }
  return { champion: undefined, passed }
}

/** Throws `SPILL_CONFLICT` unless the version can score: 0 is the model's own score. */
export function checkPromotable(values: NamedValues, ir: PipelineIR, name: string, number: number): void {
  const model = trainedModel(ir, name)
  if (number === 0) return
  const version = versionOf(values, name, number)
  if (!version) {
    const numbers = versionsOf(values, name).map(one => one.number)
    const there = numbers.length > 0 ? `there are ${numbers.join(', ')}` : 'there is none yet: spillway train makes one'
    throw new SpillwayError('SPILL_CONFLICT', `model '${name}' has no version ${number}; ${there}`)
  }
  if (!version.trained)
    throw new SpillwayError('SPILL_CONFLICT', `version ${number} of model '${name}' has no score: ${version.error ?? version.state}`)
  const champion = championOf(values, ir, model, number)
  if (typeof champion === 'string')
    throw new SpillwayError('SPILL_CONFLICT', `version ${number} of model '${name}' cannot score: ${champion}`)
}

/** Throws `SPILL_INPUT` for a model that there is not, or that is not trained. */
export function trainedModel(ir: PipelineIR, name: string): ModelIR & Required<Pick<ModelIR, 'train' | 'label'>> {
  const model = ir.models.find(one => one.name === name)
  const trained = ir.models.filter(({ train }) => train).map(one => one.name)
  if (!model) throw new SpillwayError('SPILL_INPUT', `pipeline '${ir.name}' has no model '${name}'${didYouMean(name, trained)}`)
  const { train, label } = model
  if (!train || !label)
    throw new SpillwayError('SPILL_INPUT', `model '${name}' is not trained; give it train: { algorithm: 'logistic' }, and a label`)
  return { ...model, train, label }
}
