/**
 * Replays dead letters: sends each to its source in a run, where it is validated like a new record and arrives now. It is settled in the
 * commit of its event.
 */
import { didYouMean, limits, SpillwayError, stopwatch, unknownNameError, yieldToEventLoop } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { Fault, parseJsonRecord, type RecordBatch, type RecordOrigin, type Rejection } from '../../intake/index.ts'
import type { StoredDeadLetter } from '../../log/index.ts'
import type { Run } from '../../run/index.ts'
import type { ReplayedDeadLetter } from './run-control.ts'

/** A dead letter with its target source. */
export interface ReplayableDeadLetter extends StoredDeadLetter {
  readonly source: string
}

/** The target sources of a pipeline's dead letters. */
export class TargetSources {
  readonly #pipeline: string
  readonly #sources: readonly string[]
  readonly #source: string | undefined

  /** `source` receives the dead letters that name no source. Throws `SPILL_NOT_FOUND` if the pipeline has no such source. */
  constructor({ name, sources }: Pick<PipelineIR, 'name' | 'sources'>, source: string | undefined) {
    this.#pipeline = name
    this.#sources = sources.map(candidate => candidate.name)
    this.#source = source
    if (source !== undefined && !this.#sources.includes(source)) throw unknownNameError(name, 'source', source, this.#sources)
  }

  /** The dead letter with its target. Throws `SPILL_INPUT` or `SPILL_LIMIT` if it cannot be replayed. */
  require(letter: StoredDeadLetter): ReplayableDeadLetter {
    const { id, attempts, source } = letter
    if (attempts >= limits.DEAD_ATTEMPTS_MAX)
      throw new SpillwayError(
        'SPILL_LIMIT',
        `dead letter ${id} was replayed ${attempts} times and rejected (DEAD_ATTEMPTS_MAX); edit it, or drop it`,
      )
    if (source !== undefined && this.#source !== undefined && source !== this.#source)
      throw new SpillwayError(
        'SPILL_INPUT',
        `dead letter ${id} has the source '${source}', and --source is for dead letters without a source; leave out --source or the dead letter`,
      )
    const result = this.find(letter)
    if (typeof result !== 'string') return result
    const problem = source === undefined ? result : `the source '${source}', which is not in pipeline '${this.#pipeline}'`
    const hint = source === undefined ? '' : didYouMean(source, this.#sources)
    throw new SpillwayError('SPILL_INPUT', `dead letter ${id} has ${problem}${hint}`)
  }

  /** The dead letter with its target, or the reason why it cannot be replayed. */
  find(letter: StoredDeadLetter): ReplayableDeadLetter | string {
    const { attempts, source = this.#source } = letter
    if (attempts >= limits.DEAD_ATTEMPTS_MAX) return `replayed ${limits.DEAD_ATTEMPTS_MAX} times before (DEAD_ATTEMPTS_MAX)`
    if (source === undefined) return NO_SOURCE
    return this.#sources.includes(source) ? { ...letter, source } : `the source '${source}' is not in pipeline '${this.#pipeline}'`
  }
}

const NO_SOURCE = 'no source, since an earlier version of Spillway did not store it; name one with --source NAME'

/** The part of a run that a replay of dead letters needs. */
export type ReplayRun = Pick<Run, 'submit' | 'whenRoom'>

/**
 * Takes the next dead letters from `letters`, replays them, and resolves with their outcomes once these are durable; with none at the end.
 * Memory: `DEAD_LETTERS_SENT_BYTES` of records, and one record more. Rejects as `Run.submit` does; some may have been settled then.
 */
export async function replayNext(run: ReplayRun, letters: Iterator<ReplayableDeadLetter>): Promise<ReplayedDeadLetter[]> {
  const outcomes: Promise<ReplayedDeadLetter>[] = []
  let bytes = 0
  let began = stopwatch()
  while (outcomes.length < limits.DEAD_LETTERS_CHANGED_MAX && bytes < limits.DEAD_LETTERS_SENT_BYTES) {
    const next = letters.next()
    if (next.done === true) break
    await run.whenRoom()
    const outcome = replay(run, next.value)
    // The last line reports a failure.
    outcome.catch(() => {})
    outcomes.push(outcome)
    bytes += next.value.raw.length
    if (stopwatch() - began < limits.SERVE_AT_ONCE_MS) continue
    await yieldToEventLoop()
    began = stopwatch()
  }
  // After a failure others may still be in flight: none is when this ends.
  await Promise.allSettled(outcomes)
  return Promise.all(outcomes)
}

/** Replays all of the dead letters. Rejects as `replayNext` does. */
export async function replayAll(run: ReplayRun, letters: Iterable<ReplayableDeadLetter>): Promise<ReplayedDeadLetter[]> {
  const iterator = letters[Symbol.iterator]()
  const outcomes: ReplayedDeadLetter[] = []
  for (let next = await replayNext(run, iterator); next.length > 0; next = await replayNext(run, iterator)) outcomes.push(...next)
  return outcomes
}

async function replay(run: ReplayRun, letter: ReplayableDeadLetter): Promise<ReplayedDeadLetter> {
  const { id, source, attempts } = letter
  let rejection: Rejection | undefined
  const batch = { ...deadLetterBatch(letter), onRejected: (first: Rejection) => (rejection ??= first) }
  const { accepted, duplicates } = await run.submit(source, batch, undefined, id)
  if (rejection) return { id, outcome: 'rejected', reason: rejection.reason, detail: rejection.detail, attempts: attempts + 1 }
  return { id, outcome: accepted > 0 ? 'accepted' : duplicates > 0 ? 'duplicate' : 'skipped' }
}

/** A dead letter as a batch of one record. If it is not JSON, it cannot be decoded and is rejected again. */
export function deadLetterBatch({ raw, form = {}, place }: StoredDeadLetter): RecordBatch {
  const { csv, tabular, zoneless, row, mapped } = form
  const origin: RecordOrigin = { placeOf: () => place, text: csv === true, tabular: tabular === true, zoneless: new Set(zoneless) }
  const rest = { origin, numberOf: () => 1, rawOf: () => raw, replay: { ...(row !== undefined && { row }), ...(mapped && { mapped }) } }
  const bytes = Buffer.from(raw)
  const parsed = csv ? new Fault(CSV) : parseJsonRecord(bytes, 0, bytes.length)
  if (parsed instanceof Fault) return { ...rest, records: [], undecodable: [parsed.at(place, raw)] }
  const { value, inexact } = parsed
  return { ...rest, records: [value], undecodable: [], ...(inexact && { inexact: new Map([[0, inexact]]) }) }
}

const CSV = 'a row of a CSV file, whose header is not kept with it; edit it into a record as JSON, {"column": value}, and send that again'
