/**
 * Freshness objectives, one for each feature group: those that definitions state, and for other groups those in a JSON file in the data
 * folder. The audit writes the file; runs, `spillway inspect` and people read it.
 *
 * `age` is the greatest age in a run that the freshness threshold without retraining allows: up to it an older group loses at most 5 %. A
 * decision is fresh if its group was at most that old; `share` is the required part of fresh decisions. docs/guides/objectives.md describes the format.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { didYouMean, SpillwayError, type StrictOmit } from '../../base/index.ts'
import { writeAtomically } from '../../base/node/index.ts'
import { PRIVATE_FILE } from '../../log/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'

/** The objective of one feature group. */
export interface FreshnessObjective {
  /** Greatest age, ms. */
  readonly age: number
  /** The required part of fresh decisions, below 1. */
  readonly share: number
  /** Usual ingestion delay of the source, ms, which does not count as age. If absent, ingestion delays are not measured. */
  readonly delay?: number
  /** The reason, for people. */
  readonly why: string
}

export interface Objectives {
  readonly format: typeof FORMAT
  readonly pipeline: string
  /** Fingerprint of the pipeline that was audited. */
  readonly fingerprint: string
  readonly groups: Readonly<Record<string, FreshnessObjective>>
}

const FORMAT = 'spillway-objectives/1'

/** The default `share`: one decision in a hundred may use older features. */
export const FRESH_SHARE = 0.99

/** The name of the file in a data folder. */
export const OBJECTIVES_FILE = 'objectives.json'

/** Writes the file as a whole, readable by its owner alone. */
export function writeObjectives(path: string, content: StrictOmit<Objectives, 'format'>): void {
  const { pipeline, fingerprint, groups } = content
  const objectives: Objectives = { format: FORMAT, pipeline, fingerprint, groups }
  writeAtomically(path, `${JSON.stringify(objectives, null, 2)}\n`, { mode: PRIVATE_FILE })
}

/**
 * Reads the file; undefined if there is none. Throws `SPILL_DATA`, with the path in the file and the fix, for another format or an invalid
 * field.
 */
export function readObjectives(path: string): Objectives | undefined {
  if (!existsSync(path)) return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new SpillwayError('SPILL_DATA', `is no JSON: ${(error as Error).message}; ${REPAIR}`, { place: path, cause: error })
  }
  const problem = problemOf(parsed)
  if (problem !== undefined) throw new SpillwayError('SPILL_DATA', `${problem}; ${REPAIR}`, { place: path })
  return parsed as Objectives
}

/**
 * The objectives in force: of a group whose definition states one, that; of other groups, that of the file. The usual ingestion delay of the
 * file, which is measured and not chosen, holds for both.
 */
export function objectivesInForce(file: Objectives['groups'], { groups }: Pick<PipelineIR, 'groups'>): Objectives['groups'] {
  const stated = groups.flatMap(({ name, freshness }) => {
    if (!freshness) return []
    const delay = file[name]?.delay
    const { objective: age, target: share } = freshness
    return [[name, { age, share, ...(delay !== undefined && { delay }), why: 'its definition states it' }] as const]
  })
  return { ...file, ...Object.fromEntries(stated) }
}

/** Throws `SPILL_DATA` for an objective of an unknown feature group. */
export function checkObjectiveGroups(
  { groups }: Objectives,
  { name: pipeline, groups: defined }: Pick<PipelineIR, 'name' | 'groups'>,
  path: string,
): void {
  const names = defined.map(({ name }) => name)
  const unknown = Object.keys(groups).find(group => !names.includes(group))
  if (unknown === undefined) return
  throw new SpillwayError(
    'SPILL_DATA',
    `groups.${unknown}: pipeline '${pipeline}' has no feature group '${unknown}'${didYouMean(unknown, names)}; ` +
      'rename the objective or remove it, or let the audit write the file again: spillway audit PIPELINE --data DIR',
    { place: path },
  )
}

const REPAIR = 'correct it, or let the audit write the file again: spillway audit PIPELINE --data DIR'

/** Describes the first invalid field, by its path in the file. */
function problemOf(parsed: unknown): string | undefined {
  if (!isRecord(parsed)) return `must be an object of the format '${FORMAT}'; got ${displayText(parsed)}`
  const { format, pipeline, fingerprint, groups } = parsed
  if (format !== FORMAT) return `format: must be '${FORMAT}'; got ${displayText(format)}`
  if (typeof pipeline !== 'string') return `pipeline: must be the name of a pipeline; got ${displayText(pipeline)}`
  if (typeof fingerprint !== 'string')
    return `fingerprint: must be the fingerprint of the pipeline that was audited; got ${displayText(fingerprint)}`
  if (!isRecord(groups)) return `groups: must be an object with an objective for each feature group; got ${displayText(groups)}`
  for (const [group, objective] of Object.entries(groups)) {
    if (!isRecord(objective)) return `groups.${group}: must be { age, share, why }; got ${displayText(objective)}`
    const field = objectiveFields.find(({ name, isGood }) => !isGood(objective[name]))
    if (field) return `groups.${group}.${field.name}: must be ${field.words}; got ${displayText(objective[field.name])}`
  }
  return undefined
}

interface ObjectiveField {
  readonly name: keyof FreshnessObjective
  readonly words: string
  readonly isGood: (value: unknown) => boolean
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

const objectiveFields: readonly ObjectiveField[] = [
  { name: 'age', words: 'a number of milliseconds above 0', isGood: value => isNumber(value) && value > 0 },
  { name: 'share', words: 'a number above 0 and below 1', isGood: value => isNumber(value) && value > 0 && value < 1 },
  {
    name: 'delay',
    words: 'a number of milliseconds from 0, or left out',
    isGood: value => value === undefined || (isNumber(value) && value >= 0),
  },
  { name: 'why', words: 'a text', isGood: value => typeof value === 'string' },
]

const SHOWN_CHARS = 60

/** A value on one line. */
const displayText = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, SHOWN_CHARS))

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The freshness objectives of a run: the file is loaded at the start, and again after a change. Costs one `stat` for each check. */
export class ObjectivesFile {
  readonly #path: string
  readonly #ir: PipelineIR
  #version: string
  /** The objectives of the file. */
  #groups: Objectives['groups']

  /** Loads the file. Throws `SPILL_DATA` if it is malformed, or names an unknown feature group. */
  constructor(path: string, ir: PipelineIR) {
    this.#path = path
    this.#ir = ir
    this.#version = versionOf(path)
    this.#groups = fileGroups(path, ir)
  }

  /** The objectives in force, by feature group. */
  get groups(): Objectives['groups'] {
    return objectivesInForce(this.#groups, this.#ir)
  }

  /** Groups of the file whose definitions state an objective, so that theirs in the file is not used. */
  get unused(): string[] {
    return this.#ir.groups.flatMap(({ name, freshness }) => (freshness && Object.hasOwn(this.#groups, name) ? [name] : []))
  }

  /** Reloads the file if it has changed. Returns the problem if the file is invalid; the previous objectives then stay in force. */
  reload(): { readonly isNew: boolean; readonly problem?: string } {
    const version = versionOf(this.#path)
    if (version === this.#version) return { isNew: false }
    this.#version = version
    try {
      this.#groups = fileGroups(this.#path, this.#ir)
      return { isNew: true }
    } catch (error) {
      if (!(error instanceof SpillwayError)) throw error
      return { isNew: false, problem: error.message }
    }
  }
}

/**
 * The objectives in force with a file, by feature group. Throws `SPILL_DATA` if the file is malformed, or names an unknown
 * feature group.
 */
export const objectivesAt = (path: string, ir: PipelineIR): Objectives['groups'] => objectivesInForce(fileGroups(path, ir), ir)

/** The objectives of the file; empty without a file. */
function fileGroups(path: string, ir: PipelineIR): Objectives['groups'] {
  const objectives = readObjectives(path)
  if (objectives) checkObjectiveGroups(objectives, ir, path)
  return objectives?.groups ?? {}
}

/** The identity of a file version: the file is replaced whole, so its inode changes. */
function versionOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true })
  return stats ? `${stats.mtimeNs} ${stats.size} ${stats.ino}` : 'none'
}
