/** The changes of operators over one data folder. The operator log records each of them, with its outcome. */
import { wallClock, limits, type StrictOmit } from '../../base/index.ts'
import { withOperatorLogAsync } from './operator-log.ts'
import { DeadLetterControl, type DeadLetterPorts } from './dead-letter-control.ts'
import { EffectControl, type EffectPorts } from './effect-control.ts'
import { JobControl, type JobPorts } from './job-control.ts'
import type {
  DeadLetterDrop,
  DeadLetterEdit,
  DeadLetterReplay,
  EffectDrop,
  EffectRetry,
  JobCancellation,
  RunControl,
} from './run-control.ts'

/** The collaborators of the changes over one folder. */
export interface ControlPorts {
  /** The data folder, which has the operator log. */
  readonly data: string
  readonly deadLetters: StrictOmit<DeadLetterPorts, 'clock'>
  readonly effects: StrictOmit<EffectPorts, 'clock'>
  /** Absent where no run holds the folder. */
  readonly jobs?: JobPorts
}

/** `RunControl` in the process that holds the folder. One object serves all ways in. Of a reason `FAILURE_REASON_CHARS_MAX` characters are kept. */
export class LoggedControl implements RunControl {
  readonly #data: string
  readonly #letters: DeadLetterControl
  readonly #effects: EffectControl
  readonly #jobs: JobControl

  constructor({ data, deadLetters, effects, jobs }: ControlPorts) {
    this.#data = data
    this.#letters = new DeadLetterControl({ ...deadLetters, clock: wallClock })
    this.#effects = new EffectControl({ ...effects, clock: wallClock })
    this.#jobs = new JobControl(jobs)
  }

  async editDeadLetter(edit: DeadLetterEdit, by: string): ReturnType<RunControl['editDeadLetter']> {
    // Names of fields, never their values.
    const detail = beginningOf(edit.set ? Object.keys(edit.set).join(', ') : 'the whole record')
    return this.#logged(by, 'dlq edit', [edit.id], detail, () => this.#letters.edit(edit))
  }

  async replayDeadLetters(replay: DeadLetterReplay, by: string): ReturnType<RunControl['replayDeadLetters']> {
    return this.#logged(by, 'dlq replay', replay.omitUnsendable ? 'all' : replay.ids, undefined, async setDetail => {
      const result = await this.#letters.replay(replay)
      const rejected = result.letters.filter(({ outcome }) => outcome === 'rejected').length
      setDetail(result.letters.length === 0 ? 'none to replay' : `${result.letters.length - rejected} settled, ${rejected} rejected again`)
      return result
    })
  }

  async dropDeadLetters(drop: DeadLetterDrop, by: string): ReturnType<RunControl['dropDeadLetters']> {
    const why = beginningOf(drop.why)
    return this.#logged(by, 'dlq drop', drop.ids, why, () => this.#letters.drop({ ...drop, why }))
  }

  async retryEffects(retry: EffectRetry, by: string): ReturnType<RunControl['retryEffects']> {
    return this.#logged(by, 'effects retry', retry.numbers, undefined, () => this.#effects.retry(retry))
  }

  async dropEffects(drop: EffectDrop, by: string): ReturnType<RunControl['dropEffects']> {
    const why = beginningOf(drop.why)
    return this.#logged(by, 'effects drop', drop.numbers, why, () => this.#effects.drop({ ...drop, why }))
  }

  async cancelJob(cancellation: JobCancellation, by: string): ReturnType<RunControl['cancelJob']> {
    const { kind, name } = cancellation
    const target = beginningOf(name === undefined ? kind : `${kind} ${name}`)
    return this.#logged(by, 'jobs cancel', target, undefined, () => this.#jobs.cancel(cancellation))
  }

  #logged<T>(
    who: string,
    what: string,
    targets: readonly number[] | string,
    detail: string | undefined,
    act: (setDetail: (detail: string) => void) => Promise<T>,
  ): Promise<T> {
    const to = typeof targets === 'string' ? targets : targets.join(', ')
    return withOperatorLogAsync(this.#data, { at: wallClock(), who, what, to, ...(detail !== undefined && { detail }) }, act)
  }
}

/** The part of a text that is kept. */
const beginningOf = (text: string): string => text.slice(0, limits.FAILURE_REASON_CHARS_MAX)
