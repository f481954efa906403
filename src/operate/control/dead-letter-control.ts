/**
 * Edits, replays and drops dead letters, beside a run or in a free folder.
 *
 * Invariant: a dead letter has at most one change in flight. The store fails for good on a change of a dead letter that is gone, so every
 * change of a process must go through one object of this class.
 */
import type { Clock } from '../../base/clock.ts'
import { SpillwayError } from '../../base/errors.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { deadLetterVersion, type AnyDeadLetter } from '../../log/dead-letter-json.ts'
import type { DeadLetterChange, StoredDeadLetter } from '../../log/dead-letters.ts'
import { DeadLetterRecipient, type SendableDeadLetter } from './dead-letter-recipient.ts'
import { editedForm, editedRecord } from './dead-letter-record.ts'
import { sendNext, type DeadLetterReceiver } from './dead-letter-replay.ts'
import type {
  DeadLetterDrop,
  DeadLetterEdit,
  DeadLetterReplay,
  DeadLetterReplayResult,
  OmittedDeadLetter,
  ReplayedDeadLetter,
} from './run-control.ts'

/** The pipeline that receives dead letters, and its run. */
export interface ReplayTarget {
  readonly pipeline: { readonly ir: Pick<PipelineIR, 'name' | 'sources'>; readonly fingerprint: string }
  /** The run. In a free folder it opens at the first replay. */
  receiver(): Promise<DeadLetterReceiver>
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
  readonly verb: 'edited' | 'sent again' | 'dropped'
  readonly ended: Promise<void>
}

/** The changes of the dead letters of one folder. */
export class DeadLetterControl {
  readonly #ports: DeadLetterPorts
  readonly #changing = new Map<number, Change>()
  /** The last of the replays: each sends its records in turns, so that few are in memory. */
  #sending: Promise<unknown> = Promise.resolve()

  constructor(ports: DeadLetterPorts) {
    this.#ports = ports
  }

  /** As `RunControl.editDeadLetter`. An edit waits for another edit of the dead letter, and then is a conflict. */
  async edit(edit: DeadLetterEdit): Promise<{ readonly version: string }> {
    const { id } = edit
    for (let change = this.#changing.get(id); change?.verb === 'edited'; change = this.#changing.get(id)) await change.ended
    const letter = this.#require(id)
    const version = deadLetterVersion(letter)
    if (version !== edit.version)
      throw new SpillwayError(
        'SPILL_CONFLICT',
        `dead letter ${id} has changed: its version is ${version}, and the edit is of ${edit.version}`,
      )
    const raw = editedRecord(letter, edit)
    const form = editedForm(letter)
    await this.#change([id], 'edited', () => this.#ports.commit([{ kind: 'edited', id, raw, form }]))
    return { version: deadLetterVersion({ raw, form }) }
  }

  /** As `RunControl.dropDeadLetters`. */
  async drop({ ids, why }: DeadLetterDrop): Promise<{ readonly settled: number }> {
    for (const id of ids) this.#require(id)
    const at = this.#ports.clock()
    const changeOf = (id: number) => ({ kind: 'settled', id, outcome: 'dropped', why, at }) as const
    await this.#change(ids, 'dropped', () => this.#ports.commit(ids.map(changeOf)))
    return { settled: at }
  }

  /** As `RunControl.replayDeadLetters`. */
  async replay({ ids, source, omitUnsendable = false, fingerprint }: DeadLetterReplay): Promise<DeadLetterReplayResult> {
    const { target } = this.#ports
    if (!target) throw new SpillwayError('SPILL_UNSUPPORTED', 'dead letters are sent again through a pipeline, and there is none here')
    const { pipeline } = target
    if (fingerprint !== undefined && fingerprint !== pipeline.fingerprint)
      throw new SpillwayError(
        'SPILL_CONFLICT',
        `the run has another version of pipeline '${pipeline.ir.name}'; leave out the file to send to the run as it is, or restart the run`,
      )
    const recipient = new DeadLetterRecipient(pipeline.ir, source)
    const omitted: OmittedDeadLetter[] = []
    if (omitUnsendable) for (const id of ids) omitted.push(...this.#omission(id, recipient))
    else for (const id of ids) recipient.require(this.#require(id))
    const left = new Set(omitted.map(({ id }) => id))
    const sendable = ids.filter(id => !left.has(id))
    if (sendable.length === 0) return { letters: [], omitted }
    const letters = await this.#change(sendable, 'sent again', async () => this.#sendAgain(await target.receiver(), sendable, recipient))
    return { letters, omitted }
  }

  async #sendAgain(run: DeadLetterReceiver, ids: readonly number[], recipient: DeadLetterRecipient): Promise<ReplayedDeadLetter[]> {
    const { letters } = this.#ports
    const outcomes: ReplayedDeadLetter[] = []
    const iterator = (function* (): Generator<SendableDeadLetter> {
      for (const id of ids) yield recipient.find(letters.byId(id) as StoredDeadLetter) as SendableDeadLetter
    })()
    while (outcomes.length < ids.length) outcomes.push(...(await this.#inTurn(() => sendNext(run, iterator))))
    return outcomes
  }

  /** Runs `act` after the replays that came before. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#sending.then(act, act)
    this.#sending = result
    return result
  }

  /** Runs `act` while the dead letters have this change in flight. The caller has checked that they have none. */
  async #change<T>(ids: readonly number[], verb: Change['verb'], act: () => Promise<T>): Promise<T> {
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    for (const id of ids) this.#changing.set(id, { verb, ended })
    try {
      return await act()
    } finally {
      for (const id of ids) this.#changing.delete(id)
      resolve()
    }
  }

  /** A dead letter that may be changed. Throws `SPILL_NOT_FOUND`, or `SPILL_CONFLICT`. */
  #require(id: number): StoredDeadLetter {
    const change = this.#changing.get(id)
    if (change) throw new SpillwayError('SPILL_CONFLICT', `dead letter ${id} is being ${change.verb} by someone else; look at it again`)
    const letter = this.#ports.letters.byId(id)
    if (!letter) throw new SpillwayError('SPILL_NOT_FOUND', `there is no dead letter ${id}; \`spillway dlq list\` lists them`)
    if ('outcome' in letter)
      throw new SpillwayError('SPILL_CONFLICT', `dead letter ${id} is settled (${letter.outcome}) and cannot be changed`)
    return letter
  }

  /** The reason to leave out a dead letter, if there is one. */
  #omission(id: number, recipient: DeadLetterRecipient): OmittedDeadLetter[] {
    const change = this.#changing.get(id)
    const letter = this.#ports.letters.byId(id)
    if (change || !letter || 'outcome' in letter) return [{ id, reason: change ? `is being ${change.verb}` : 'is settled meanwhile' }]
    const result = recipient.find(letter)
    return typeof result === 'string' ? [{ id, reason: result }] : []
  }
}
