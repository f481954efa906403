/**
 * Opens the readers of a run's sources: of an address by its scheme, such as `pg` in `pg:outbox`, else of standard input or a file; of an
 * iterable; or a reader itself. The kinds of addresses that Spillway has are listed here.
 */
import { existsSync } from 'node:fs'
import { assert, didYouMean, show, SpillwayError, requireDefinition } from '../base/index.ts'
import { type FeedPlace, type FeedPlaceValue, placeValueOf } from '../define/config/index.ts'
import type { PipelineIR } from '../define/ir/index.ts'
import type { RowMap } from '../intake/index.ts'
import { fileReader, STANDARD_INPUT, standardInputReader } from './files/file-reader.ts'
import { ITERABLE, iterableReader } from './iterable-reader.ts'
import { kafkaKind } from './kafka/kafka-kind.ts'
import { postgresKinds } from './postgres/postgres-kinds.ts'
import type { OpenRecords } from '../files/index.ts'
import type { BuiltInKind, HistorySetting, ReaderKind, ReaderSetting } from './reader/reader-kind.ts'
import type { SourceReader } from './reader/source-reader.ts'
import { sampleKind } from './samples/sample-reader.ts'

/** The kinds of addresses besides paths and `-`. */
const builtInKinds: readonly BuiltInKind[] = [...postgresKinds, kafkaKind, sampleKind]

/** The addresses besides paths and `-`, for help: `pg:TABLE an outbox in PostgreSQL, …`. */
export const addressHelp = builtInKinds.map(({ form, description }) => `${form} ${description}`).join(', ')

/** The live place that an address names, such as `an outbox in PostgreSQL`; undefined for a file, which is a history. */
export const livePlaceOf = (address: string): string | undefined =>
  builtInKinds.find(({ scheme }) => scheme === schemeOf(address))?.description

/** May the records of an address be read again as a history, though it is no file? */
export const hasHistory = (address: string): boolean =>
  builtInKinds.some(kind => kind.scheme === schemeOf(address) && kind.history !== undefined)

/** The function that opens the records of a live place as a history of a source; undefined for a file, and for a place without a history. */
export function historyOpener(input: string | FeedPlace, setting: HistorySetting): OpenRecords | undefined {
  const place = placeValueOf(input) ?? (input as string)
  const scheme = typeof place === 'string' ? schemeOf(place) : place.ir.kind
  return builtInKinds.find(kind => kind.scheme === scheme)?.history?.(place, setting)
}

/** A reader and the name of its source. */
export interface OpenedReader {
  readonly source: string
  readonly reader: SourceReader
}

/** Where the records of a source come from: the address of a file or table, `kafka({ … })`, a reader, or objects. */
export type SourceInput = string | FeedPlace | SourceReader | Iterable<unknown> | AsyncIterable<unknown>

/** An input of a source. */
interface NamedInput {
  readonly source: string
  readonly input: SourceInput
}

/** Settings of the readers of a run. */
interface OpenReadersOptions extends Pick<ReaderSetting, 'env' | 'data'> {
  /** Kinds of readers besides those that Spillway has. */
  readonly kinds?: readonly ReaderKind[]
}

/**
 * Opens the readers of inputs, without connecting to anything.
 *
 * @throws `SPILL_NOT_FOUND` for an unknown source, `SPILL_FILE` for a missing file, `SPILL_INPUT` for an input of an unsupported type, an
 * unknown scheme, a mistake in an address, or the same place twice for a source.
 */
export function openReaders(
  { ir, maps }: { readonly ir: PipelineIR; readonly maps: ReadonlyMap<string, RowMap> },
  inputs: readonly NamedInput[],
  { kinds = [], ...setting }: OpenReadersOptions,
): OpenedReader[] {
  const byScheme = kindsByScheme([...builtInKinds, ...kinds])
  const readers = inputs.map(({ source: name, input }) => {
    const source = requireDefinition(ir.name, 'source', ir.sources, name)
    if (typeof input !== 'string' && (typeof input !== 'object' || input === null))
      throw new SpillwayError('SPILL_INPUT', `source '${name}' reads an address, a reader, an array or a generator; got ${show(input)}`)
    return { source: name, reader: openReader(byScheme, input, { ...setting, source, map: maps.get(name), pipeline: ir }) }
  })
  const duplicate = readers.find((opened, i) => readers.slice(0, i).some(other => isSamePlace(other, opened)))
  if (duplicate) throw new SpillwayError('SPILL_INPUT', `source '${duplicate.source}' reads ${duplicate.reader.name} twice`)
  return readers
}

/** Positions are stored by source and name. */
const isSamePlace = (a: OpenedReader, b: OpenedReader): boolean =>
  a.source === b.source && a.reader.name === b.reader.name && a.reader.name !== ITERABLE

const schemeOf = (address: string): string | undefined => /^([a-z][a-z0-9-]+):/.exec(address)?.[1]

/** Throws `SPILL_INPUT` for a scheme that is given twice or cannot be told from a path. */
function kindsByScheme(kinds: readonly ReaderKind[]): ReadonlyMap<string, ReaderKind> {
  for (const { scheme } of kinds) {
    if (schemeOf(`${scheme}:`) !== scheme)
      throw new SpillwayError('SPILL_INPUT', `a scheme of readers is two or more lower-case letters, digits and -; got '${scheme}'`)
    if (kinds.filter(kind => kind.scheme === scheme).length > 1)
      throw new SpillwayError('SPILL_INPUT', `two readers have the scheme '${scheme}'; give one of them`)
  }
  return new Map(kinds.map(kind => [kind.scheme, kind]))
}

function openReader(kinds: ReadonlyMap<string, ReaderKind>, input: SourceInput, setting: ReaderSetting): SourceReader {
  const place = placeValueOf(input)
  if (place) return openPlace(place, setting)
  // A `FeedPlace` is never anything else than a value that `placeValueOf` knows.
  if (typeof input !== 'string') return isIterable(input) ? iterableReader(input) : (input as SourceReader)
  const scheme = schemeOf(input)
  const kind = kinds.get(scheme ?? '')
  if (kind) return kind.open(input, setting)
  if (input === STANDARD_INPUT) return standardInputReader(setting.source)
  if (scheme !== undefined && !existsSync(input))
    throw new SpillwayError('SPILL_INPUT', `is no file, and there is no reader for '${scheme}:'${didYouMean(scheme, [...kinds.keys()])}`, {
      place: input,
    })
  return fileReader(input, setting.source)
}

function openPlace(place: FeedPlaceValue, setting: ReaderSetting): SourceReader {
  const kind = builtInKinds.find(({ scheme }) => scheme === place.ir.kind)
  assert(kind?.openPlace !== undefined, `a place of kind ${place.ir.kind} has a reader`)
  return kind.openPlace(place, setting)
}

const isIterable = (input: object): input is Iterable<unknown> | AsyncIterable<unknown> =>
  Symbol.iterator in input || Symbol.asyncIterator in input
