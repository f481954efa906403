/** Features that an answer has no value of. */
import type { KeyFeatures, RefusedFeature } from './answers.ts'
import { ClientError } from './client-error.ts'

/** Throws the code of the first feature that has no value. */
export function checkValues<F>(answer: KeyFeatures<F>): KeyFeatures<F> {
  const [refused, ...others] = Object.entries<RefusedFeature | undefined>(answer.refused ?? {})
  if (!refused?.[1]) return answer
  const more = others.length === 0 ? '' : `, and ${others.length} more`
  const [name, { code, why }] = refused
  throw new ClientError(
    code,
    `feature '${answer.group}.${name}' is refused: ${why}${more}; ask with refused: true for those that have values`,
  )
}
