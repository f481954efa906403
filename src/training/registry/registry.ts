/**
 * The registry: versions of models as named values, beside a log or in a folder of their own. What changes it is committed by whoever holds it, with what follows from
 * it; here it is read, and written as text.
 */
import { SpillwayError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import { canonicalJson } from '../../define/ir/fingerprint.ts'
import type { OnnxFile } from '../../define/model/onnx-file.ts'
import type { RowsSummary } from '../drift/summary.ts'
import type { VersionScore } from '../predict.ts'
import type { Asked, PromotionRecord, Version } from './version.ts'

/** Named values, as a log's store has them. */
export interface NamedValues {
  get(name: string): string | undefined
  /** Names and values that begin with `prefix`, by name. */
  named(prefix: string): [name: string, value: string][]
}

/** A named value to be committed; `null` takes one away. */
export type Put = readonly [name: string, value: string | null]

const DIGITS = 10
const nameOf = (what: 'version' | 'score' | 'reference' | 'onnx', model: string, number: number): string =>
  `${what}/${model}/${String(number).padStart(DIGITS, '0')}`
const promotionsName = (model: string): string => `promotions/${model}`
const challengesName = (model: string): string => `challenges/${model}`
const askedName = (model: string): string => `promote/${model}`

/** All of a model, the oldest first. */
export const versionsOf = (values: NamedValues, model: string): Version[] =>
  values.named(`version/${model}/`).map(([, text]) => JSON.parse(text) as Version)

export function versionOf(values: NamedValues, model: string, number: number): Version | undefined {
  const text = values.get(nameOf('version', model, number))
  return text === undefined ? undefined : (JSON.parse(text) as Version)
}

/** The score of a version that was trained. */
export function scoreOfVersion(values: NamedValues, model: string, number: number): VersionScore | undefined {
  const text = values.get(nameOf('score', model, number))
  return text === undefined ? undefined : (JSON.parse(text) as VersionScore)
}

/** The bytes of the file of a version that is a graph of ONNX; nothing where they are not there. */
export function onnxOfVersion(values: NamedValues, model: string, number: number): Uint8Array | undefined {
  const text = values.get(nameOf('onnx', model, number))
  return text === undefined ? undefined : Buffer.from(text, 'base64')
}

/** What a version was trained on, as drift is measured from: of its decisions the inputs, and what it said of those that it was judged by. */
export function referenceOf(values: NamedValues, model: string, number: number): RowsSummary | undefined {
  const text = values.get(nameOf('reference', model, number))
  return text === undefined ? undefined : (JSON.parse(text) as RowsSummary)
}

/** Which version scored from which entry on, the oldest first. */
export function promotionsOf(values: NamedValues, model: string): PromotionRecord[] {
  const text = values.get(promotionsName(model))
  return text === undefined ? [] : (JSON.parse(text) as PromotionRecord[])
}

/** Which version scored beside the others from which entry on, the oldest first. */
export function challengesOf(values: NamedValues, model: string): PromotionRecord[] {
  const text = values.get(challengesName(model))
  return text === undefined ? [] : (JSON.parse(text) as PromotionRecord[])
}

/** The promotion that waits for the next turn of a run. */
export function askedOf(values: NamedValues, model: string): Asked | undefined {
  const text = values.get(askedName(model))
  return text === undefined ? undefined : (JSON.parse(text) as Asked)
}

export const putVersion = (version: Version): Put => [nameOf('version', version.model, version.number), JSON.stringify(version)]

export const putAsked = (model: string, asked: Asked | null): Put => [askedName(model), asked && JSON.stringify(asked)]

/** The oldest of many are forgotten. */
export const putPromotions = (model: string, promotions: readonly PromotionRecord[]): Put => [
  promotionsName(model),
  JSON.stringify(promotions.slice(-limits.MODEL_PROMOTIONS_KEPT)),
]

export const putChallenges = (model: string, challenges: readonly PromotionRecord[]): Put => [
  challengesName(model),
  JSON.stringify(challenges.slice(-limits.MODEL_PROMOTIONS_KEPT)),
]

/** Throws `SPILL_LIMIT` for a score that is too large to be kept. */
export function putScore(model: string, number: number, score: VersionScore): Put {
  const text = canonicalJson(score)
  if (text.length > limits.MODEL_SCORE_CHARS_MAX)
    throw new SpillwayError(
      'SPILL_LIMIT',
      `the score of model '${model}' has ${text.length} characters, more than ${limits.MODEL_SCORE_CHARS_MAX} (MODEL_SCORE_CHARS_MAX); ask for fewer rounds or leaves`,
    )
  return [nameOf('score', model, number), text]
}

/** As text, since values are. Throws `SPILL_LIMIT` for a file that is too large to be kept. */
export function putOnnx(model: string, number: number, { bytes }: OnnxFile): Put {
  if (bytes.length > limits.MODEL_ONNX_BYTES_MAX)
    throw new SpillwayError(
      'SPILL_LIMIT',
      `the file of ONNX of model '${model}' is of ${bytes.length} bytes, more than ${limits.MODEL_ONNX_BYTES_MAX} (MODEL_ONNX_BYTES_MAX)`,
    )
  return [nameOf('onnx', model, number), Buffer.from(bytes).toString('base64')]
}

/** Nothing for one that is too large to be kept: drift from that version is not looked for. */
export function putReference(model: string, number: number, reference: RowsSummary): Put[] {
  const text = JSON.stringify(reference)
  return text.length > limits.MODEL_SCORE_CHARS_MAX ? [] : [[nameOf('reference', model, number), text]]
}

/** Takes the oldest versions away, beyond those that are kept; what has scored may be wanted back. */
export function putTrimmed(versions: readonly Version[], promotions: readonly PromotionRecord[], asked: Asked | undefined): Put[] {
  const used = new Set([...promotions.map(({ version }) => version), asked?.version])
  const gone = versions.slice(0, Math.max(0, versions.length - limits.MODEL_VERSIONS_KEPT)).filter(({ number }) => !used.has(number))
  return gone.flatMap(({ model, number }): Put[] => [
    [nameOf('version', model, number), null],
    [nameOf('score', model, number), null],
    [nameOf('reference', model, number), null],
    [nameOf('onnx', model, number), null],
  ])
}
