/** Opens the readers of a run's sources. The kinds of addresses that Spillway has are listed here. */
import { didYouMean, SpillwayError, show } from '../base/index.ts'
import type { PipelineIR } from '../define/ir/index.ts'
import type { RowMap } from '../intake/index.ts'
import { postgresKinds } from './postgres/postgres-kinds.ts'
import { ITERABLE } from './iterable-reader.ts'
import { ReaderRegistry, type SourceInput } from './reader-registry.ts'
import type { ReaderKind, ReaderSetting } from './reader/reader-kind.ts'
import { sampleKind } from './samples/sample-reader.ts'
import type { SourceReader } from './reader/source-reader.ts'

/** The kinds of addresses besides paths and `-`. */
const builtInKinds: readonly ReaderKind[] = [...postgresKinds, sampleKind]

/** A reader and the name of its source. */
export interface OpenedReader {
  readonly source: string
  readonly reader: SourceReader
}

/** An input of a source. */
export interface NamedInput {
  readonly source: string
  readonly input: SourceInput
}

/** Settings of the readers of a run. */
export interface OpenReadersOptions extends Pick<ReaderSetting, 'env' | 'data'> {
  /** Kinds of readers besides files, PostgreSQL and samples. */
  readonly kinds?: readonly ReaderKind[]
}

/**
 * Opens the readers of inputs, without connecting to anything.
 *
 * @throws `SPILL_NOT_FOUND` for an unknown source, `SPILL_INPUT` for an input of an unsupported type, a missing file, or the same place twice for a
 * source.
 */
export function openReaders(
  { ir, maps }: { readonly ir: PipelineIR; readonly maps: ReadonlyMap<string, RowMap> },
  inputs: readonly NamedInput[],
  { kinds = [], ...setting }: OpenReadersOptions,
): OpenedReader[] {
  const registry = new ReaderRegistry([...builtInKinds, ...kinds])
  const readers = inputs.map(({ source: name, input }) => {
    const source = ir.sources.find(candidate => candidate.name === name)
    if (!source) {
      const names = ir.sources.map(candidate => candidate.name)
      throw new SpillwayError('SPILL_NOT_FOUND', `pipeline '${ir.name}' has no source '${name}'${didYouMean(name, names)}`)
    }
    if (typeof input !== 'string' && (typeof input !== 'object' || input === null))
      throw new SpillwayError('SPILL_INPUT', `source '${name}' reads an address, a reader, an array or a generator; got ${show(input)}`)
    return { source: name, reader: registry.open(input, { ...setting, source, map: maps.get(name) }) }
  })
  const duplicate = readers.find((opened, i) => readers.slice(0, i).some(other => isSamePlace(other, opened)))
  if (duplicate) throw new SpillwayError('SPILL_INPUT', `source '${duplicate.source}' reads ${duplicate.reader.name} twice`)
  return readers
}

/** Positions are stored by source and name. */
const isSamePlace = (a: OpenedReader, b: OpenedReader): boolean =>
  a.source === b.source && a.reader.name === b.reader.name && a.reader.name !== ITERABLE
