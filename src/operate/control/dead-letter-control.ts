/**
 * Edits, replays and drops dead letters, beside a run or in a free folder.
 *
 * Invariant: a dead letter has at most one change in flight. The store fails for good on a change of a dead letter that is gone, so every
 * change of a process must go through one object of this class.
 */
import { stopwatch, yieldToEventLoop, type Clock, SpillwayError, limits } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { deadLetterVersion, type AnyDeadLetter, type DeadLetterChange, type StoredDeadLetter } from '../../log/index.ts'
import { editedForm, editedRecord } from './dead-letter-record.ts'
import { replayNext, TargetSources, type ReplayableDeadLetter, type ReplayRun } from './dead-letter-replay.ts'
import type {
  DeadLetterDrop,
  DeadLetterEdit,
  DeadLetterReplay,
  DeadLetterReplayResult,
  OmittedDeadLetter,
  ReplayedDeadLetter,
} from './run-control.ts'

/** The pipeline that dead letters are sent to, and its run. */
export interface ReplayTarget {
  readonly pipeline: { readonly ir: Pick<PipelineIR, 'name' | 'sources'>; readonly fingerprint: string }
  /** The run. In a free folder it opens when the first dead letter is replayed. */
  run(): Promise<ReplayRun>
}

/** The collaborators of `DeadLetterControl`. */
export interface DeadLetterPorts {
  /** Committed dead letters. */
  readonly letters: { byId(id: number): AnyDeadLetter | undefined }
  /** Commits changes. Resolves when they are durable. */
  commit(changes: readonly DeadLetterChange[]): Promise<void>
  /** Absent where dead letters cannot be replayed. */
  readonly target?: ReplayTarget | undefined
  readonly clock: Clock
}

/** A change in flight. */
interface Change {
  readonly verb: 'edited' | 'replayed' | 'dropped'
  readonly ended: Promise<void>
}

/** The changes of the dead letters of one folder. */
export class DeadLetterControl {
  readonly #ports: DeadLetterPorts
  readonly #changing = new Map<number, Change>()
  /** The last request to replay. Only one at a time sends records, so that few are in memory. */
  #replaying: Promise<unknown> = Promise.resolve()

  constructor(ports: DeadLetterPorts) {
    this.#ports = ports
  }

  /** As `RunControl.editDeadLetter`. An edit waits for another edit of the dead letter, and then is a conflict. */
  async edit(edit: DeadLetterEdit): Promise<{ readonly version: string }> {
    const { id } = edit
    for (let change = this.#changing.get(id); change?.verb === 'edited'; change = this.#changing.get(id)) await change.ended
    return this.#change([id], 'edited', async () => {
      const letter = this.#unchanged(id, edit.version, 'edit')
      const raw = editedRecord(letter, edit)
      const form = editedForm(letter)
      await this.#ports.commit([{ kind: 'edited', id, raw, form }])
      return { version: deadLetterVersion({ raw, form }) }
    })
  }

  /** As `RunControl.dropDeadLetters`. */
  async drop({ ids, why }: DeadLetterDrop): Promise<{ readonly settled: number }> {
    return this.#change(ids, 'dropped', async () => {
      for await (const id of yieldingToEventLoop(ids)) this.#unsettled(id)
      const at = this.#ports.clock()
      await this.#ports.commit(ids.map(id => ({ kind: 'settled', id, outcome: 'dropped', why, at })))
      return { settled: at }
    })
  }

  /** As `RunControl.replayDeadLetters`. */
  async replay({ ids, source, omitUnsendable = false, versions = {}, fingerprint }: DeadLetterReplay): Promise<DeadLetterReplayResult> {
    const { target } = this.#ports
    if (!target) throw new SpillwayError('SPILL_UNSUPPORTED', 'dead letters are replayed through a pipeline, and there is none here')
    const { pipeline } = target
    if (fingerprint !== undefined && fingerprint !== pipeline.fingerprint)
      throw new SpillwayError(
        'SPILL_PRECONDITION',
        `the run has another version of pipeline '${pipeline.ir.name}'; leave out the file to send to the run as it is, or restart the run`,
      )
    const targets = new TargetSources(pipeline.ir, source)
    const omitted = omitUnsendable ? this.#inChange(ids) : []
    return this.#change(without(ids, omitted), 'replayed', async () => {
      for await (const id of yieldingToEventLoop(without(ids, omitted)))
        if (omitUnsendable) omitted.push(...this.#omission(id, versions[id], targets))
        else targets.require(this.#unchanged(id, versions[id], 'replay'))
      const sendable = without(ids, omitted)
      const letters = sendable.length === 0 ? [] : await this.#replay(await target.run(), sendable, targets)
      return { letters, omitted }
    })
  }

  async #replay(run: ReplayRun, ids: readonly number[], targets: TargetSources): Promise<ReplayedDeadLetter[]> {
    const { letters } = this.#ports
    const outcomes: ReplayedDeadLetter[] = []
    const iterator = (function* (): Generator<ReplayableDeadLetter> {
      for (const id of ids) yield targets.find(letters.byId(id) as StoredDeadLetter) as ReplayableDeadLetter
    })()
    while (outcomes.length < ids.length) outcomes.push(...(await this.#serialize(() => replayNext(run, iterator))))
    return outcomes
  }

  /** Runs `act` after the earlier requests to replay. */
  #serialize<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#replaying.then(act, act)
    this.#replaying = result
    return result
  }

  /** Runs `act` while these dead letters have a change in flight. Throws `SPILL_CONFLICT` if one of them has another. */
  async #change<T>(ids: readonly number[], verb: Change['verb'], act: () => Promise<T>): Promise<T> {
    const [other] = this.#inChange(ids)
    if (other) throw new SpillwayError('SPILL_CONFLICT', `dead letter ${other.id} is ${other.reason}; look at it again`)
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    for (const id of ids) this.#changing.set(id, { verb, ended })
    try {
      return await act()
    } finally {
      for (const id of ids) this.#changing.delete(id)
      resolve()
    }
  }

  /** The dead letters that have a change in flight. */
  #inChange(ids: readonly number[]): OmittedDeadLetter[] {
    return ids.flatMap(id => {
      const change = this.#changing.get(id)
      return change ? [{ id, reason: `being ${change.verb} by someone else` }] : []
    })
  }

  /** A dead letter that may be changed. Throws `SPILL_NOT_FOUND`, or `SPILL_PRECONDITION` if it is settled. */
  #unsettled(id: number): StoredDeadLetter {
    const letter = this.#ports.letters.byId(id)
    if (!letter) throw new SpillwayError('SPILL_NOT_FOUND', `there is no dead letter ${id}; \`spillway dlq list\` lists them`)
    if (!('outcome' in letter)) return letter
    throw new SpillwayError('SPILL_PRECONDITION', `dead letter ${id} is settled (${letter.outcome}) and cannot be changed`)
  }

  /** As `#unsettled`. Throws `SPILL_CONFLICT` if the record has a version other than the one that the operator has seen. */
  #unchanged(id: number, expectedVersion: string | undefined, change: 'edit' | 'replay'): StoredDeadLetter {
    const letter = this.#unsettled(id)
    if (!isEdited(letter, expectedVersion)) return letter
    const version = deadLetterVersion(letter)
    throw new SpillwayError(
      'SPILL_CONFLICT',
      `dead letter ${id} has changed: its version is ${version}, and the ${change} is of ${expectedVersion}`,
    )
  }

  /** The reason to leave out a dead letter, if there is one. */
  #omission(id: number, expectedVersion: string | undefined, targets: TargetSources): OmittedDeadLetter[] {
    const letter = this.#ports.letters.byId(id)
    if (!letter) return [{ id, reason: 'no such dead letter' }]
    if ('outcome' in letter) return [{ id, reason: `settled before (${letter.outcome})` }]
    const result = isEdited(letter, expectedVersion) ? 'edited since you read it; look at its record again' : targets.find(letter)
    return typeof result === 'string' ? [{ id, reason: result }] : []
  }
}

/** Has the record a version other than the one that the operator has seen? Without one there is nothing to compare. */
const isEdited = (letter: StoredDeadLetter, expectedVersion: string | undefined): boolean =>
  expectedVersion !== undefined && deadLetterVersion(letter) !== expectedVersion

/** The ids that are not omitted. */
function without(ids: readonly number[], omitted: readonly OmittedDeadLetter[]): number[] {
  const left = new Set(omitted.map(({ id }) => id))
  return ids.filter(id => !left.has(id))
}

/** The values one by one. The event loop does other work after `SERVE_AT_ONCE_MS`: reading a thousand large dead letters takes seconds. */
async function* yieldingToEventLoop<T>(values: readonly T[]): AsyncGenerator<T> {
  let began = stopwatch()
  for (const value of values) {
    yield value
    if (stopwatch() - began < limits.SERVE_AT_ONCE_MS) continue
    await yieldToEventLoop()
    began = stopwatch()
  }
}
