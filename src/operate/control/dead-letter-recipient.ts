/** Chooses the source to which a dead letter is replayed, or says why no source can receive it. */
import { didYouMean, unknownNameError, SpillwayError, limits } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { StoredDeadLetter } from '../../log/index.ts'

/** A dead letter with its target source. */
export interface SendableDeadLetter extends StoredDeadLetter {
  readonly source: string
}

/** The target sources of a pipeline's dead letters. */
export class DeadLetterRecipient {
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

  /** The dead letter with its target. Throws `SPILL_INPUT` or `SPILL_LIMIT` if it cannot be sent. */
  require(letter: StoredDeadLetter): SendableDeadLetter {
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
    const recipient = this.#of(letter)
    if (recipient === undefined) throw new SpillwayError('SPILL_INPUT', this.#missing(letter))
    return { ...letter, source: recipient }
  }

  /** The dead letter with its target, or the reason why it cannot be sent. */
  find(letter: StoredDeadLetter): SendableDeadLetter | string {
    const source = this.#of(letter)
    return this.#omission(letter, source) ?? { ...letter, source: source! }
  }

  #of({ source = this.#source }: StoredDeadLetter): string | undefined {
    return source !== undefined && this.#sources.includes(source) ? source : undefined
  }

  #omission({ attempts, source }: StoredDeadLetter, recipient: string | undefined): string | undefined {
    if (attempts >= limits.DEAD_ATTEMPTS_MAX) return `replayed ${limits.DEAD_ATTEMPTS_MAX} times before (DEAD_ATTEMPTS_MAX)`
    if (recipient !== undefined) return undefined
    return source === undefined ? NO_SOURCE : `the source '${source}' is not in pipeline '${this.#pipeline}'`
  }

  #missing({ id, source }: StoredDeadLetter): string {
    if (source === undefined) return `dead letter ${id} has ${NO_SOURCE}`
    return `dead letter ${id} has the source '${source}', which is not in pipeline '${this.#pipeline}'${didYouMean(source, this.#sources)}`
  }
}

const NO_SOURCE = 'no source, since an earlier version of Spillway did not store it; name one with --source NAME'
