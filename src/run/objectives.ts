/**
 * How fresh each feature group is to be, as JSON beside the pipeline or in its data folder: written by the audit, read by whoever watches.
 *
 * `age` is the oldest at which an older group still loses next to nothing, the knee of its frozen curve; a decision is fresh if its group was no older, and `share` of them are to be.
 * docs/objectives.md has the format.
 */
import { existsSync, readFileSync } from 'node:fs'
import { writeWhole } from '../base/write-whole.ts'
import { PRIVATE_FILE } from '../log/sqlite/folder-permissions.ts'
import { SpillwayError } from '../base/errors.ts'

export interface FreshnessObjective {
  /** ms. */
  readonly age: number
  /** The part of decisions that are to have the group that fresh, below 1. */
  readonly share: number
  /** What it was told from, for people. */
  readonly why: string
}

export interface Objectives {
  readonly format: typeof FORMAT
  readonly pipeline: string
  /** Of the pipeline that was audited. */
  readonly fingerprint: string
  readonly groups: Readonly<Record<string, FreshnessObjective>>
}

const FORMAT = 'spillway-objectives/1'

/** Unless somebody says otherwise: one decision in a hundred may be served from older features. */
export const FRESH_SHARE = 0.99

/** The name of the file in a data folder. */
export const OBJECTIVES_FILE = 'objectives.json'

export function writeObjectives(path: string, given: Omit<Objectives, 'format'>): void {
  const { pipeline, fingerprint, groups } = given
  const objectives: Objectives = { format: FORMAT, pipeline, fingerprint, groups }
  writeWhole(path, `${JSON.stringify(objectives, null, 2)}\n`, { mode: PRIVATE_FILE })
}

/** Undefined where there is no file. Throws `SPILL_DATA` for one that is of another format, or says what cannot be. */
export function readObjectives(path: string): Objectives | undefined {
  if (!existsSync(path)) return undefined
  let found: unknown
  try {
    found = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new SpillwayError('SPILL_DATA', `cannot be read: ${(error as Error).message}`, { place: path, cause: error })
  }
  const { format, pipeline, fingerprint, groups } = (found ?? {}) as Partial<Record<keyof Objectives, unknown>>
  if (format !== FORMAT)
    throw new SpillwayError('SPILL_DATA', `is no file of objectives (${FORMAT}); let the audit write it again`, { place: path })
  const isNamed = typeof pipeline === 'string' && typeof fingerprint === 'string'
  const wrong = isRecord(groups) ? Object.keys(groups).find(group => !isObjective(groups[group])) : undefined
  if (!isNamed || !isRecord(groups) || wrong !== undefined)
    throw new SpillwayError(
      'SPILL_DATA',
      wrong === undefined
        ? 'does not say of which pipeline and groups it is; let the audit write it again'
        : `has an objective for '${wrong}' that is none: { age: ms above 0, share: above 0 and below 1, why }`,
      { place: path },
    )
  return found as Objectives
}

function isObjective(given: unknown): given is FreshnessObjective {
  if (!isRecord(given)) return false
  const { age, share, why } = given
  return (
    typeof age === 'number' &&
    age > 0 &&
    Number.isFinite(age) &&
    typeof share === 'number' &&
    share > 0 &&
    share < 1 &&
    typeof why === 'string'
  )
}

const isRecord = (given: unknown): given is Record<string, unknown> => typeof given === 'object' && given !== null && !Array.isArray(given)
