/**
 * Compatibility levels: compares a candidate schema with earlier versions, as Confluent's Schema Registry does.
 *
 * A candidate answers only for what it breaks itself: an incompatibility that the latest version already has with an older version, accepted
 * under another level, is not reported again.
 */
import type { CompatibilityLevel } from '../define/ir/index.ts'
import type { Incompatibility, SchemaComparison } from './problems/incompatibility.ts'

/** Default level: all of the log is replayed, so a new schema reads every earlier version. */
export const defaultCompatibility: CompatibilityLevel = 'BACKWARD_TRANSITIVE'

/** A schema of a source in one of its versions. */
export interface SchemaVersion<S> {
  readonly version: number
  readonly schema: S
}

/** An incompatibility of a candidate with an earlier version. */
export interface VersionIncompatibility extends Incompatibility {
  readonly version: number
  /** `backward`: the candidate cannot read data of the version. `forward`: the version cannot read data of the candidate. */
  readonly direction: 'backward' | 'forward'
}

/** Incompatibilities of a candidate with the versions that the level covers. `earlier`: versions in ascending order. */
export function levelIncompatibilities<S>(
  level: CompatibilityLevel,
  candidate: S,
  earlier: readonly SchemaVersion<S>[],
  compare: SchemaComparison<S>,
): VersionIncompatibility[] {
  if (level === 'NONE') return []
  const latest = earlier.at(-1)
  const covered = level.endsWith('_TRANSITIVE') ? earlier : earlier.slice(-1)
  const directions = (['backward', 'forward'] as const).filter(
    direction => level.startsWith('FULL') || level.startsWith(direction.toUpperCase()),
  )
  return covered.flatMap(({ version, schema }) =>
    directions.flatMap(direction => {
      const between = (changed: S) => (direction === 'backward' ? compare(changed, schema) : compare(schema, changed))
      const incompatibilities = between(candidate)
      const mayBeKnown = incompatibilities.length > 0 && version !== latest?.version
      const known = new Set(mayBeKnown ? between(latest!.schema).map(identityOf) : [])
      return incompatibilities.filter(reason => !known.has(identityOf(reason))).map(reason => ({ ...reason, version, direction }))
    }),
  )
}

const identityOf = ({ path, rule }: Incompatibility): string => `${rule} ${path}`

/** An incompatibility as a sentence with its migration path. */
export function incompatibilityText({ path, problem, fix, version, direction }: VersionIncompatibility): string {
  const subject =
    direction === 'backward' ? `the new schema cannot read version ${version}` : `version ${version} cannot read the new schema`
  return `${subject}: ${path}: ${problem}; ${fix}`
}
