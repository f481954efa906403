import type { ModelIR } from '../../define/ir/index.ts'
import type { ModelVersion, PendingPromotion } from '../../training/registry/index.ts'

const triggers: Readonly<Record<ModelVersion['why'], string>> = {
  schedule: 'trained on its schedule',
  drift: 'trained after drift',
  demand: 'trained on demand',
  command: 'trained by a command',
}

/** The versions around a promotion: the promoted one, if it is a version, and the number of the one that was promoted before. */
interface PromotionVersions {
  readonly trained: Pick<ModelVersion, 'why'> | undefined
  readonly before: number | undefined
}

/**
 * A promotion, a challenge or its end as text for people: the version, how it was trained, the version that it replaces, and the reason,
 * which has the metrics. Undefined for the version that is promoted already.
 */
export function promotionText(
  { name, score }: Pick<ModelIR, 'name' | 'score'>,
  { as, version, why }: PendingPromotion,
  { trained, before }: PromotionVersions,
): string | undefined {
  if (as !== 'challenger' && version === (before ?? 0)) return undefined
  const trigger = trained ? ` (${triggers[trained.why]})` : ''
  const promoted = version === 0 ? 'its own score' : `version ${version}${trigger}`
  if (as === 'challenger')
    return `model '${name}': ${version === 0 ? 'the challenger is rejected' : `${promoted} challenges the score in use`}: ${why}`
  const replaced = before !== undefined && before > 0 ? ` over version ${before}` : score.kind === 'none' ? '' : ' over its own score'
  return `model '${name}': ${promoted} is promoted${replaced}: ${why}`
}

/** Versions around a training, 0 for the definition's own score, undefined if nothing scores: the one compared with, and the present one. */
export interface ComparedVersions {
  readonly compared: number | undefined
  readonly scoring: number | undefined
}

/** Says that the score changed during a training: `compared with version 5, and version 4 scores now`. */
export const changedScoreText = ({ compared, scoring }: ComparedVersions): string =>
  `compared with ${versionInWords(compared)}, and ${versionInWords(scoring)} scores now`

/** A version in words; 0 is the definition's own score. */
export const versionInWords = (version: number | undefined): string =>
  version === undefined ? 'no version' : version === 0 ? "the model's own score" : `version ${version}`
