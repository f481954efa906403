/**
 * A registry of kinds of readers, which opens an input: an address by its scheme, such as `pg` in `pg:outbox`, else as standard input or a
 * file; an iterable; or a reader itself. `open-readers.ts` lists the kinds.
 */
import { existsSync } from 'node:fs'
import { didYouMean, SpillwayError } from '../base/index.ts'
import { fileReader } from './files/file-reader.ts'
import { STANDARD_INPUT, standardInputReader } from './files/standard-input.ts'
import { iterableReader } from './iterable-reader.ts'
import type { ReaderKind, ReaderSetting } from './reader/reader-kind.ts'
import type { SourceReader } from './reader/source-reader.ts'

/** Where the records of a source come from: the address of a file or table, a reader, or objects. */
export type SourceInput = string | SourceReader | Iterable<unknown> | AsyncIterable<unknown>

const addressPattern = /^([a-z][a-z0-9-]+):/

/** Opens an input: by scheme, else standard input or a file. */
export class ReaderRegistry {
  readonly #kinds: ReadonlyMap<string, ReaderKind>

  /** @throws `SPILL_INPUT` for a scheme that is given twice or cannot be told from a path. */
  constructor(kinds: readonly ReaderKind[]) {
    for (const { scheme } of kinds) {
      if (!addressPattern.test(`${scheme}:`))
        throw new SpillwayError('SPILL_INPUT', `a scheme of readers is two or more lower-case letters, digits and -; got '${scheme}'`)
      if (kinds.filter(kind => kind.scheme === scheme).length > 1)
        throw new SpillwayError('SPILL_INPUT', `two readers have the scheme '${scheme}'; give one of them`)
    }
    this.#kinds = new Map(kinds.map(kind => [kind.scheme, kind]))
  }

  /** The reader of an input. Throws `SPILL_INPUT` for an unknown scheme, a missing file, or a mistake in an address. */
  open(input: SourceInput, setting: ReaderSetting): SourceReader {
    if (typeof input !== 'string') return isIterable(input) ? iterableReader(input) : input
    const scheme = addressPattern.exec(input)?.[1]
    const kind = this.#kinds.get(scheme ?? '')
    if (kind) return kind.open(input, setting)
    if (input === STANDARD_INPUT) return standardInputReader(setting.source)
    if (scheme !== undefined && !existsSync(input))
      throw new SpillwayError(
        'SPILL_INPUT',
        `is no file, and there is no reader for '${scheme}:'${didYouMean(scheme, [...this.#kinds.keys()])}`,
        {
          place: input,
        },
      )
    return fileReader(input, setting.source)
  }
}

const isIterable = (input: object): input is Iterable<unknown> | AsyncIterable<unknown> =>
  Symbol.iterator in input || Symbol.asyncIterator in input
