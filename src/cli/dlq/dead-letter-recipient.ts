/** The source that receives a dead letter which is sent again, and the letters that none can receive. */
import { didYouMean } from '../../base/did-you-mean.ts'
import { SpillwayError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { StoredDeadLetter } from '../../log/letters.ts'

/** A dead letter with the source that it is sent to. */
export interface SendableLetter extends StoredDeadLetter {
  readonly source: string
}

/** A dead letter that is not sent, and the reason. */
export interface OmittedLetter {
  readonly id: number
  readonly reason: string
}

export class LetterRecipient {
  readonly #pipeline: string
  readonly #sources: readonly string[]
  readonly #source: string | undefined

  /** `source` is that of letters that name none. Throws `SPILL_INPUT` if the pipeline does not have it. */
  constructor({ name, sources }: Pick<PipelineIR, 'name' | 'sources'>, source: string | undefined) {
    this.#pipeline = name
    this.#sources = sources.map(each => each.name)
    this.#source = source
    if (source !== undefined && !this.#sources.includes(source))
      throw new SpillwayError('SPILL_INPUT', `pipeline '${name}' has no source '${source}'${didYouMean(source, this.#sources)}`)
  }

  /** Letters that were named: all of them can be sent. Throws `SPILL_INPUT` and `SPILL_LIMIT` for one that cannot. */
  all(letters: readonly StoredDeadLetter[]): SendableLetter[] {
    return letters.map(letter => {
      const { id, attempts, source } = letter
      if (attempts >= limits.DEAD_ATTEMPTS_MAX)
        throw new SpillwayError(
          'SPILL_LIMIT',
          `letter ${id} was sent again ${attempts} times and refused (DEAD_ATTEMPTS_MAX); edit it, or drop it`,
        )
      if (source !== undefined && this.#source !== undefined && source !== this.#source)
        throw new SpillwayError(
          'SPILL_INPUT',
          `letter ${id} is of source '${source}'; --source is for letters that name none: leave it out, or leave the letter out`,
        )
      const recipient = this.#of(letter)
      if (recipient === undefined) throw new SpillwayError('SPILL_INPUT', this.#missing(letter))
      return { ...letter, source: recipient }
    })
  }

  /** Those of all letters that can be sent. One that cannot keeps no other one back. */
  sendable(all: Iterable<StoredDeadLetter>): { readonly letters: SendableLetter[]; readonly omitted: OmittedLetter[] } {
    const letters: SendableLetter[] = []
    const omitted: OmittedLetter[] = []
    for (const letter of all) {
      const source = this.#of(letter)
      const reason = this.#omission(letter, source)
      if (reason === undefined) letters.push({ ...letter, source: source! })
      else omitted.push({ id: letter.id, reason })
    }
    return { letters, omitted }
  }

  #of({ source = this.#source }: StoredDeadLetter): string | undefined {
    return source !== undefined && this.#sources.includes(source) ? source : undefined
  }

  #omission({ attempts, source }: StoredDeadLetter, recipient: string | undefined): string | undefined {
    if (attempts >= limits.DEAD_ATTEMPTS_MAX) return `sent again ${limits.DEAD_ATTEMPTS_MAX} times before (DEAD_ATTEMPTS_MAX)`
    if (recipient !== undefined) return undefined
    return source === undefined ? NO_SOURCE : `of source '${source}', which pipeline '${this.#pipeline}' has not`
  }

  #missing({ id, source }: StoredDeadLetter): string {
    if (source === undefined) return `letter ${id} has ${NO_SOURCE}`
    return `letter ${id} is of source '${source}', which pipeline '${this.#pipeline}' has not${didYouMean(source, this.#sources)}`
  }
}

const NO_SOURCE = 'no source: an earlier version of Spillway did not keep it; name it with --source NAME'
