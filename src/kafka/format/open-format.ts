/** Opens the format of a topic's values. */
import type { SourceIR } from '../../define/ir/index.ts'
import type { JsonLineReader } from '../../intake/index.ts'
import { parseAvro } from '../../schema/index.ts'
import { RegistryClient, type RegistryOptions, type RegisteredSchema, type RegisteredType } from '../registry/registry-client.ts'
import { SchemaCache } from '../registry/schema-cache.ts'
import { avroSchema } from './avro/avro-decoder.ts'
import { SymbolBytes } from './cell-columns.ts'
import { JsonFormat } from './json-format.ts'
import { MalformedValue } from './malformed-value.ts'
import { protobufSchema } from './protobuf/protobuf-decoder.ts'
import { RegisteredFormat } from './registered-format.ts'
import type { CellSource, CompiledSchema, ValueFormat } from './value-format.ts'

/** `source`: most records are decoded straight into its cells. */
export type ValueFormatOptions =
  | { readonly format: 'json'; readonly reader?: JsonLineReader | undefined }
  /** JSON behind the id of a schema, which is passed over. */
  | { readonly format: 'json-schema'; readonly reader?: JsonLineReader | undefined }
  /** With the text of a reader's schema, values are resolved to it: its defaults, aliases and promotions. */
  | { readonly format: 'avro'; readonly registry: RegistryOptions; readonly readerSchema?: string; readonly source?: SourceIR }
  | { readonly format: 'protobuf'; readonly registry: RegistryOptions; readonly source?: SourceIR }

/**
 * Opens a format. Connects to nothing yet.
 *
 * @throws `SPILL_INPUT` for an address that is none; `SPILL_FORMAT` or `SPILL_LIMIT` for a reader's schema that cannot be read.
 */
export function openValueFormat(options: ValueFormatOptions, onWarning: (warning: string) => void): ValueFormat {
  switch (options.format) {
    case 'json':
      return new JsonFormat(options.reader, { isFramed: false })
    case 'json-schema':
      return new JsonFormat(options.reader, { isFramed: true })
    case 'protobuf': {
      const cellSource = cellSourceOf(options.source)
      return registeredFormat(options.registry, 'PROTOBUF', text => protobufSchema(text, cellSource), cellSource, onWarning)
    }
    default: {
      const reader = options.readerSchema === undefined ? undefined : parseAvro(options.readerSchema)
      const cellSource = reader ? undefined : cellSourceOf(options.source)
      return registeredFormat(options.registry, 'AVRO', text => avroSchema(text, reader, cellSource), cellSource, onWarning)
    }
  }
}

const cellSourceOf = (source: SourceIR | undefined): CellSource | undefined => source && { source, symbols: new SymbolBytes() }

function registeredFormat(
  registry: RegistryOptions,
  type: RegisteredType,
  compileText: (text: string) => CompiledSchema,
  cellSource: CellSource | undefined,
  onWarning: (warning: string) => void,
): RegisteredFormat {
  const compile = (schema: RegisteredSchema): CompiledSchema => {
    if (schema.type !== type) throw new MalformedValue(`its type is ${schema.type}, and the topic is read as ${type}`)
    return compileText(schema.text)
  }
  return new RegisteredFormat(new SchemaCache({ client: new RegistryClient(registry), compile, onWarning }), cellSource)
}
