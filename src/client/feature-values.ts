/** Checks that all features of an answer have values. */
import type { KeyFeatures, RejectedFeature } from './answers.ts'
import { ClientError } from './client-error.ts'

/** Returns the answer. Throws the code of the first feature without a value. */
export function requireValues<F>(answer: KeyFeatures<F>): KeyFeatures<F> {
  const [first, ...others] = Object.entries<RejectedFeature | undefined>(answer.rejected ?? {})
  if (!first?.[1]) return answer
  const more = others.length === 0 ? '' : `, and ${others.length} more`
  const [name, { code, why }] = first
  throw new ClientError(
    code,
    `feature '${answer.group}.${name}' is rejected: ${why}${more}; ask with rejected: true for those that have values`,
  )
}
