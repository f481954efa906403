/**
 * Laws of trained models after crashes, for registry and log: a version is complete or absent and is what its events give, the registry's
 * promotions are the log's, and every decision is scored by the version that was promoted last before it.
 */
import { isDeepStrictEqual } from 'node:util'
import type { ModelIR, PipelineIR } from '../../src/define/ir/ir.ts'
import type { LogMarker } from '../../src/log/segment.ts'
import { labelHorizon } from '../../src/replay/label.ts'
import type { RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import { isPermanentFailure } from '../../src/run/jobs/model-lifecycle.ts'
import { championOf, type Champion } from '../../src/training/registry/champion.ts'
import { changedInputs, inputCodes } from '../../src/training/registry/input-codes.ts'
import { pendingPromotion, challengesOf, promotionsOf, scoreOfVersion, versionsOf } from '../../src/training/registry/registry.ts'
import type { ModelVersion } from '../../src/training/registry/version.ts'
import { judgeHere, trainHere } from '../batch/train-here.ts'
import { scoreOfVector, type Decision } from '../oracle/oracle.ts'
import type { CrashCase } from './case.ts'
import { decisionsOf, vectorAt, type Entry } from './inspect.ts'
import type { Part } from './laws.ts'
import { ModelStore, type Disk } from './model-store.ts'
import { BROKEN } from './training-driver.ts'
import { compareLists, fault, type Verdict } from './verdict.ts'

/** Counts of trained models. */
export interface TrainedCounts {
  /** Trained versions. */
  readonly trainings: number
  /** Promotions of versions that had not scored before, and of others. */
  readonly promotions: number
  readonly rollbacks: number
  /** Scores of challengers. */
  readonly shadows: number
}

export const noneTrained: TrainedCounts = { trainings: 0, promotions: 0, rollbacks: 0, shadows: 0 }

/** Notifications. */
export interface TrainingNotices {
  readonly trained: readonly (readonly [model: string, number: number])[]
  readonly promoted: readonly string[]
}

interface VersionMark {
  readonly version: number
  readonly entry: number
  readonly at: number
}

const never = new AbortController().signal

/** Checks everything except single decisions. */
export async function checkTrainings(
  verdict: Verdict,
  of: CrashCase,
  disk: Disk,
  entries: readonly Entry[],
  { notices, last }: { readonly notices: TrainingNotices; readonly last: PipelineIR },
): Promise<TrainedCounts> {
  const store = new ModelStore(disk)
  const pipelines = [of.ir, ...(of.changed ?? [])]
  const models = [...new Set(pipelines.flatMap(ir => ir.models.flatMap(({ name, train }) => (train ? [name] : []))))]
  const reasons = models.flatMap(model => promotionsOf(store, model).map(({ why }) => why))
  for (const why of notices.promoted) if (!reasons.includes(why)) fault(verdict, 'lost', `a promotion that was told: '${why}'`)
  const counts = { ...noneTrained }
  for (const model of models) {
    const promotions = marksOf(entries, 'promote', model)
    checkMarks(verdict, `a promotion of '${model}'`, promotions, promotionsOf(store, model))
    checkMarks(verdict, `a challenge of '${model}'`, marksOf(entries, 'challenge', model), challengesOf(store, model))
    // A model that the last pipeline does not have ends no challenge.
    const isThere = last.models.some(({ name }) => name === model)
    if (isThere && pendingPromotion(store, model))
      fault(verdict, 'lost', `what was asked for '${model}' waits still: ${JSON.stringify(pendingPromotion(store, model))}`)
    const versions = versionsOf(store, model)
    for (const [name, number] of notices.trained)
      if (name === model && !versions.some(one => one.number === number && one.state !== 'training'))
        fault(verdict, 'lost', `version ${number} of '${model}', which somebody was told is there`)
    for (const version of versions) await checkVersion({ verdict, of, pipelines, disk, entries, isThere }, version)
    checkOnce(verdict, versions)
    const scored = new Set([0])
    for (const { version } of promotions) {
      if (!versions.some(one => one.number === version && one.trained) && version !== 0)
        fault(verdict, 'lost', `version ${version} of '${model}', which was promoted`)
      counts[scored.has(version) ? 'rollbacks' : 'promotions']++
      scored.add(version)
    }
    counts.trainings += versions.filter(({ trained }) => trained).length
  }
  return counts
}

function marksOf(entries: readonly Entry[], kind: 'promote' | 'challenge', model: string): VersionMark[] {
  const isOne = (mark: LogMarker): mark is Extract<LogMarker, { kind: 'promote' | 'challenge' }> =>
    mark.kind === kind && mark.model === model
  return entries.flatMap((entry, i) =>
    'mark' in entry && isOne(entry.mark) ? [{ version: entry.mark.version, entry: i, at: entry.mark.t }] : [],
  )
}

function checkMarks(verdict: Verdict, subject: string, marks: readonly VersionMark[], registry: readonly VersionMark[]): void {
  const texts = (of: readonly VersionMark[]): string[] => of.map(({ version, entry, at }) => `to ${version} by entry ${entry} at ${at}`)
  compareLists(verdict, subject, texts(marks), texts(registry))
}

interface VersionChecks {
  readonly verdict: Verdict
  readonly of: CrashCase
  readonly pipelines: readonly PipelineIR[]
  readonly disk: Disk
  readonly entries: readonly Entry[]
  readonly isThere: boolean
}

/** A version is complete, its cut has everything that had arrived, and training it again gives the same bytes. */
async function checkVersion(looking: VersionChecks, version: ModelVersion): Promise<void> {
  const { verdict, of, entries, disk, isThere } = looking
  const { model, number, state, at, cut, trained, error, code } = version
  const subject = `version ${number} of '${model}'`
  const score = scoreOfVersion(new ModelStore(disk), model, number)
  if (isThere && state === 'training') fault(verdict, 'different', `${subject} is being trained, and nothing runs`)
  if ((score !== undefined) !== (trained !== undefined)) fault(verdict, 'different', `half of ${subject} is there`)
  if ((state === 'failed') !== (error !== undefined)) fault(verdict, 'different', `${subject} is ${state}, and ${error}`)
  const late = entries.findIndex((entry, i) => i >= cut! && 'event' in entry && entry.event.arrival <= at)
  if (late >= 0 && (trained || state === 'failed'))
    fault(verdict, 'different', `${subject} of ${at} has the cut ${cut}, and entry ${late} had arrived by then`)
  // After the log has forgotten events, the input of a training cannot be reproduced.
  if (of.keep !== undefined || (error !== undefined && !isPermanentFailure(version))) {
    if (error !== undefined && code === undefined && error !== BROKEN) fault(verdict, 'different', `${subject} failed: ${error}`)
    return
  }
  if (trained || error !== undefined) await checkMade(looking, version)
}

async function checkMade({ verdict, pipelines, disk }: VersionChecks, version: ModelVersion): Promise<void> {
  const { model: name, number, at, cut, trained, error, shadowed } = version
  const store = () => new ModelStore(disk)
  const mismatches: string[] = []
  for (const ir of pipelines) {
    const model = ir.models.find(one => one.name === name)
    if (!model || changedInputs(version.inputs, inputCodes(ir, model)).length > 0) continue
    try {
      const champion = trained?.champion && championIn(store(), model, trained.champion.version)
      const { report } = await trainHere(store())({ ir, model: name, at, cut: cut!, champion }, never)
      if (isDeepStrictEqual(report, trained)) {
        if (shadowed) await checkShadow(verdict, ir, model, version, disk)
        return
      }
      mismatches.push(JSON.stringify(report))
    } catch (thrown) {
      const { message } = thrown as Error
      if (message === error) return
      mismatches.push(message)
    }
  }
  const was = trained ? JSON.stringify(trained) : error
  fault(verdict, 'different', `version ${number} of '${name}' of ${at} was ${was} and is, made again, ${mismatches.join(' or ')}`)
}

function championIn(store: ModelStore, { name, score }: ModelIR, version: number): Champion {
  return { version, score: version === 0 ? (score as Champion['score']) : scoreOfVersion(store, name, version)! }
}

/** The evaluation of a challenger is a function of what had arrived by then, too. */
async function checkShadow(
  verdict: Verdict,
  ir: PipelineIR,
  model: ModelIR,
  { number, shadowed }: ModelVersion,
  disk: Disk,
): Promise<void> {
  const { name, label } = model
  const store = new ModelStore(disk)
  const { from, to } = shadowed!
  const challenge = challengesOf(store, name).find(({ version, at }) => version === number && at === from)
  const entry = challenge?.entry ?? 0
  const report = await judgeHere(store)({ ir, model: name, version: number, entry, from, to, at: to + labelHorizon(label!) }, never)
  if (!isDeepStrictEqual(report, shadowed))
    fault(verdict, 'different', `challenger ${number} of '${name}' was ${JSON.stringify(shadowed)} and is ${JSON.stringify(report)}`)
}

/** A scheduled training runs once for the same inputs, or fails in a way that would fail again. */
function checkOnce(verdict: Verdict, versions: readonly ModelVersion[]): void {
  const ended = versions.filter(version => version.why === 'schedule' && (version.trained || isPermanentFailure(version)))
  for (const [of, same] of Map.groupBy(ended, ({ model, at, inputs }) => JSON.stringify([model, at, inputs])))
    if (same.length > 1) fault(verdict, 'duplicated', `${same.length} versions ${of}`)
}

/** Champion and challenger at an entry of the log, by its markers, of a pipeline as defined in `ir`. */
export function versionsAt(ir: PipelineIR, disk: Disk, entries: readonly Entry[]) {
  const store = new ModelStore(disk)
  const champions = new Map<string, Champion | undefined>()
  const usable = (model: ModelIR, version: number): Champion | undefined => {
    if (version === 0) return undefined
    const key = `${model.name} ${version}`
    if (!champions.has(key)) {
      const champion = championOf(store, ir, model, version)
      champions.set(key, typeof champion === 'string' ? undefined : champion)
    }
    return champions.get(key)
  }
  const marks = new Map(
    ir.models.map(({ name }) => [name, { promoted: marksOf(entries, 'promote', name), challenged: marksOf(entries, 'challenge', name) }]),
  )
  return (name: string, at: number): { readonly champion: Champion | undefined; readonly challenger: Champion | undefined } => {
    const model = ir.models.find(one => one.name === name)!
    if (!model.train) return { champion: undefined, challenger: undefined }
    const { promoted, challenged } = marks.get(name)!
    const [last, challenge] = [promoted, challenged].map(of => of.findLast(({ entry }) => entry < at))
    const isGoingOn = challenge !== undefined && challenge.entry > (last?.entry ?? -1)
    // A version that cannot score any more leaves it to the previous one; 0 is the definition's score.
    let champion: Champion | undefined
    for (const { version } of promoted.filter(({ entry }) => entry < at).toReversed()) {
      champion = usable(model, version)
      if (champion || version === 0) break
    }
    return { champion, challenger: usable(model, isGoingOn ? challenge.version : 0) }
  }
}

/**
 * Each decision names the version that was promoted last before it, and its score of the vector; so for the challenger. Returns the number
 * of challenger scores.
 */
export function checkVersions({ verdict, ir, disk, own }: Part, entries: readonly Entry[]): number {
  const at = versionsAt(ir, disk, entries)
  const trained = new Map(ir.models.flatMap(model => (model.train ? [[model.name, model] as const] : [])))
  const decisions = own(decisionsOf(disk)).filter(({ model }) => trained.has(model))
  for (const decision of decisions) {
    const { model: name, entry, rejected, challenger } = decision
    const is = at(name, entry)
    const expected = [is.champion?.version, is.challenger?.version]
    const recorded = [decision.version, challenger?.version]
    if (!isDeepStrictEqual(recorded, expected)) {
      fault(
        verdict,
        'different',
        `entry ${entry} is decided on by version ${recorded.join(' beside ')} of '${name}', not by ${expected.join(' beside ')}`,
      )
      continue
    }
    if (rejected !== undefined) continue
    const model = trained.get(name)!
    const vector = vectorOf(model, decision)
    const scores = [
      [decision.score, scoreOfVector(is.champion?.score ?? model.score, vector)],
      ...(challenger ? [[challenger.score, scoreOfVector(is.challenger!.score, vector)]] : []),
    ]
    for (const [score, should] of scores)
      if (score !== should) fault(verdict, 'different', `a score of '${name}' at entry ${entry} is ${score}, not ${should}`)
  }
  return decisions.filter(({ challenger }) => challenger).length
}

/** Recorded vectors are by group and feature. */
const vectorOf = ({ inputs }: ModelIR, { vector }: RecordedDecision): Decision['vector'] =>
  Object.fromEntries(inputs.map(({ name }) => [name, vectorAt(vector, name)])) as Decision['vector']
