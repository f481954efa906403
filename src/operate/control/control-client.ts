/** The client of a run's control socket: `RunControl` from another process. One request at a time. */
import { connect, type Socket } from 'node:net'
import { errorCodes, SpillwayError, type ErrorCode } from '../../base/index.ts'
import type { ControlOperation } from './control-request.ts'
import { controlAddress, CONTROL_PROTOCOL, socketLines } from './control-socket.ts'
import type {
  DeadLetterDrop,
  DeadLetterEdit,
  DeadLetterReplay,
  EffectDrop,
  EffectRetry,
  JobCancellation,
  RunControl,
} from './run-control.ts'

/** Bytes of an answer. The longest lists the outcomes of replayed dead letters. */
const ANSWER_BYTES_MAX = 1 << 26

/** A connection to a run. */
export class ControlClient implements RunControl {
  readonly #socket: Socket
  readonly #answers: AsyncGenerator<string>

  private constructor(socket: Socket) {
    this.#socket = socket
    // The iterator of answers reports the error.
    socket.on('error', () => {})
    this.#answers = socketLines(socket, ANSWER_BYTES_MAX)
  }

  /** Connects to the run that holds the folder. Rejects with an error of the system if nothing listens. */
  static async connect(data: string): Promise<ControlClient> {
    const address = controlAddress(data)
    try {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const socket = connect(address.path, resolve)
      socket.once('error', reject)
      await promise
      socket.off('error', reject)
      return new ControlClient(socket)
    } finally {
      address.release()
    }
  }

  editDeadLetter(edit: DeadLetterEdit, by: string): ReturnType<RunControl['editDeadLetter']> {
    return this.#call('editDeadLetter', edit, by)
  }

  replayDeadLetters(replay: DeadLetterReplay, by: string): ReturnType<RunControl['replayDeadLetters']> {
    return this.#call('replayDeadLetters', replay, by)
  }

  dropDeadLetters(drop: DeadLetterDrop, by: string): ReturnType<RunControl['dropDeadLetters']> {
    return this.#call('dropDeadLetters', drop, by)
  }

  retryEffects(retry: EffectRetry, by: string): ReturnType<RunControl['retryEffects']> {
    return this.#call('retryEffects', retry, by)
  }

  dropEffects(drop: EffectDrop, by: string): ReturnType<RunControl['dropEffects']> {
    return this.#call('dropEffects', drop, by)
  }

  cancelJob(cancellation: JobCancellation, by: string): ReturnType<RunControl['cancelJob']> {
    return this.#call('cancelJob', cancellation, by)
  }

  close(): void {
    this.#socket.destroy()
  }

  async #call<T>(operation: ControlOperation, request: object, by: string): Promise<T> {
    this.#socket.write(`${JSON.stringify({ protocol: CONTROL_PROTOCOL, operation, by, request })}\n`)
    const line = await this.#nextLine()
    const { result, error } = JSON.parse(line) as { result?: T; error?: { code: string; message: string } }
    if (!error) return result as T
    throw new SpillwayError(Object.hasOwn(errorCodes, error.code) ? (error.code as ErrorCode) : 'SPILL_UNSUPPORTED', error.message)
  }

  /** Rejects with `SPILL_STOPPED` if the run ends before it answers. */
  async #nextLine(): Promise<string> {
    let next: IteratorResult<string> | undefined
    try {
      next = await this.#answers.next()
    } catch {
      next = undefined
    }
    if (next?.done === false) return next.value
    throw new SpillwayError(
      'SPILL_STOPPED',
      'the run ended before it answered, so the change was made or was not; look at its target before you ask again',
    )
  }
}
