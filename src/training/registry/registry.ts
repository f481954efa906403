/**
 * The model registry: versions, scores, promotions and drift as named values, beside a log or in a folder.
 *
 * This module reads the values and encodes writes. The owner of the store commits the writes, together with their consequences.
 */
import { SpillwayError, limits } from '../../base/index.ts'
import { canonicalJson } from '../../define/ir/index.ts'
import type { OnnxFile } from '../../define/model/index.ts'
import { numberInName } from '../../jobs/index.ts'
import { namedJson, type NamedValues, type NamedWrite } from '../../log/index.ts'
import type { DriftFindings } from '../drift/drift-findings.ts'
import type { RowsSummary } from '../drift/summary.ts'
import type { VersionScore } from '../predict.ts'
import type { PendingPromotion, PromotionRecord, ModelVersion } from './version.ts'

/** Values of one version. */
const valueKinds = ['version', 'score', 'reference', 'onnx'] as const
const nameOf = (kind: (typeof valueKinds)[number], model: string, number: number): string => `${kind}/${model}/${numberInName(number)}`
const promotionsName = (model: string): string => `promotions/${model}`
const challengesName = (model: string): string => `challenges/${model}`
const pendingName = (model: string): string => `promote/${model}`
const driftName = (model: string): string => `drift/${model}`

/** Versions of a model, oldest first. */
export const versionsOf = (values: NamedValues, model: string): ModelVersion[] =>
  values.named(`version/${model}/`).map(([, text]) => parseVersion(text))

/** One version of a model. */
export function versionOf(values: NamedValues, model: string, number: number): ModelVersion | undefined {
  const text = values.get(nameOf('version', model, number))
  return text === undefined ? undefined : parseVersion(text)
}

/** Reads a version. Folders of earlier versions of Spillway say `refused` for `rejected`. */
function parseVersion(text: string): ModelVersion {
  return JSON.parse(text, (key, value: unknown) => {
    if (key === 'state' && value === 'refused') return 'rejected'
    if (key !== 'split' || typeof value !== 'object' || value === null || !('refused' in value)) return value
    const { refused: rejected, ...split } = value
    return { ...split, rejected }
  }) as ModelVersion
}

/** The score of a trained version. */
export const scoreOfVersion = (values: NamedValues, model: string, number: number): VersionScore | undefined =>
  namedJson(values, nameOf('score', model, number))

/** The ONNX file of a version; `undefined` if there is none. */
export function onnxOfVersion(values: NamedValues, model: string, number: number): Uint8Array | undefined {
  const text = values.get(nameOf('onnx', model, number))
  return text === undefined ? undefined : Buffer.from(text, 'base64')
}

/** The reference of drift detection: summary of the inputs in training and of the scores in the holdout. */
export const referenceOf = (values: NamedValues, model: string, number: number): RowsSummary | undefined =>
  namedJson(values, nameOf('reference', model, number))

/** Promotions of a model, oldest first. */
export const promotionsOf = (values: NamedValues, model: string): PromotionRecord[] => namedJson(values, promotionsName(model)) ?? []

/** Challenges of a model, oldest first. */
export const challengesOf = (values: NamedValues, model: string): PromotionRecord[] => namedJson(values, challengesName(model)) ?? []

/** The promotion that waits for the next turn of a run. */
export const pendingPromotion = (values: NamedValues, model: string): PendingPromotion | undefined => namedJson(values, pendingName(model))

/** Writes a version. */
export const putVersion = (version: ModelVersion): NamedWrite => [nameOf('version', version.model, version.number), JSON.stringify(version)]

/** Writes or deletes the waiting promotion. */
export const putPendingPromotion = (model: string, promotion: PendingPromotion | null): NamedWrite => [
  pendingName(model),
  promotion && JSON.stringify(promotion),
]

/** Writes the promotions; the oldest beyond a limit are deleted. */
export const putPromotions = (model: string, promotions: readonly PromotionRecord[]): NamedWrite => [
  promotionsName(model),
  JSON.stringify(promotions.slice(-limits.MODEL_PROMOTIONS_KEPT)),
]

/** Writes the challenges, with the same limit. */
export const putChallenges = (model: string, challenges: readonly PromotionRecord[]): NamedWrite => [
  challengesName(model),
  JSON.stringify(challenges.slice(-limits.MODEL_PROMOTIONS_KEPT)),
]

/**
 * Writes a score.
 * @throws `SPILL_LIMIT` for a score that is too large.
 */
export function putScore(model: string, number: number, score: VersionScore): NamedWrite {
  const text = canonicalJson(score)
  if (text.length > limits.MODEL_SCORE_CHARS_MAX)
    throw new SpillwayError(
      'SPILL_LIMIT',
      `the score of model '${model}' has ${text.length} characters, more than ${limits.MODEL_SCORE_CHARS_MAX} (MODEL_SCORE_CHARS_MAX); ask for fewer rounds or leaves`,
    )
  return [nameOf('score', model, number), text]
}

/**
 * Writes an ONNX file, as base64, since values are text.
 * @throws `SPILL_LIMIT` for a file that is too large.
 */
export function putOnnx(model: string, number: number, { bytes }: OnnxFile): NamedWrite {
  if (bytes.length > limits.MODEL_ONNX_BYTES_MAX)
    throw new SpillwayError(
      'SPILL_LIMIT',
      `the file of ONNX of model '${model}' is of ${bytes.length} bytes, more than ${limits.MODEL_ONNX_BYTES_MAX} (MODEL_ONNX_BYTES_MAX)`,
    )
  return [nameOf('onnx', model, number), Buffer.from(bytes).toString('base64')]
}

/** Writes a drift reference. A reference above the size limit is not written, and drift from that version is not checked. */
export function putReference(model: string, number: number, reference: RowsSummary): NamedWrite[] {
  const text = JSON.stringify(reference)
  return text.length > limits.MODEL_SCORE_CHARS_MAX ? [] : [[nameOf('reference', model, number), text]]
}

/** Deletes the oldest versions beyond the limit, except those that scored or wait: a rollback may need them. */
export function deleteOldVersions(
  versions: readonly ModelVersion[],
  promotions: readonly PromotionRecord[],
  promotion: PendingPromotion | undefined,
): NamedWrite[] {
  const used = new Set([...promotions.map(({ version }) => version), promotion?.version])
  const deleted = versions.slice(0, Math.max(0, versions.length - limits.MODEL_VERSIONS_KEPT)).filter(({ number }) => !used.has(number))
  return deleted.flatMap(({ model, number }) => valueKinds.map((kind): NamedWrite => [nameOf(kind, model, number), null]))
}

/**
 * Result of the last drift check, and the training that is due. A restart continues from it, so that no training is lost or repeated. Times
 * are UTC ms.
 */
export interface DriftState {
  /** Time of the check. */
  readonly at: number
  /** Version whose training decisions are the reference; 0, the definition's own score, has none. */
  readonly version: number
  /** Decisions compared. */
  readonly rows: { readonly reference: number; readonly recent: number }
  /** Description of the drift; absent without drift. */
  readonly because?: string
  /** Time of the first check that found drift, of those without one in between that found none. */
  readonly since?: number
  /** The drifted inputs and scores, and the start of the recent decisions; absent if only a metric fell. */
  readonly findings?: DriftFindings & { readonly recentFrom: number }
  /** Reason why inputs and scores could not be compared. */
  readonly silent?: string
  /** Trainings that drift requested since the last check without drift. */
  readonly trainings: number
  /** Time of the last check that ever requested a training. */
  readonly requestedAt?: number
  /** End of the cool-down after it: drift requests no training before, and what was trained has this time to show that it helped. */
  readonly restsUntil?: number
  /** The requested training that is not done. */
  readonly due?: DueTraining
}

/** A requested training, from the events that had arrived by `at`. */
export interface DueTraining {
  readonly at: number
  readonly because: string
}

/** Reads the drift state of a model. Folders of earlier versions of Spillway say `asked` for `requestedAt`. */
export function driftStateOf(values: NamedValues, model: string): DriftState | undefined {
  const state = namedJson<DriftState & Partial<Record<'asked', number>>>(values, driftName(model))
  if (state?.asked === undefined) return state
  const { asked: requestedAt, ...rest } = state
  return { ...rest, requestedAt }
}

/** Writes the drift state of a model. */
export const putDriftState = (model: string, state: DriftState): NamedWrite => [driftName(model), JSON.stringify(state)]
