/** Opens the format of a topic's values. */
import type { SourceIR } from '../define/ir/index.ts'
import type { JsonLineReader } from '../intake/index.ts'
import { parseAvro } from '../schema/index.ts'
import { RegistryClient, type RegistryOptions, type RegisteredSchema, type RegisteredType } from './registry/registry-client.ts'
import { SchemaCache } from './registry/schema-cache.ts'
import { avroSchema } from './format/avro/avro-decoder.ts'
import { SymbolBytes } from './format/cell-columns.ts'
import { JsonFormat } from './format/json-format.ts'
import { MalformedValue } from './records/malformed-value.ts'
import { protobufSchema } from './format/protobuf/protobuf-decoder.ts'
import { RegisteredFormat } from './format/registered-format.ts'
import type { CellSource, ValueFormat } from './format/value-format.ts'

/** `source`: most records are decoded straight into its cells. */
export type ValueFormatOptions =
  | { readonly format: 'json'; readonly reader?: JsonLineReader | undefined }
  /** JSON behind the id of a schema. With a registry it must have the id as a JSON Schema; without one the id is passed over. */
  | { readonly format: 'json-schema'; readonly registry?: RegistryOptions; readonly reader?: JsonLineReader | undefined }
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
      return new JsonFormat(options.reader, {
        isFramed: true,
        ...(options.registry && { schemas: schemaCache(options.registry, 'JSON', isSchema, onWarning) }),
      })
    case 'protobuf': {
      const cellSource = cellSourceOf(options.source)
      const compile = (schema: RegisteredSchema) => protobufSchema(wholeText(schema), cellSource)
      return new RegisteredFormat(schemaCache(options.registry, 'PROTOBUF', compile, onWarning), cellSource)
    }
    default: {
      const reader = options.readerSchema === undefined ? undefined : parseAvro(options.readerSchema)
      const cellSource = reader ? undefined : cellSourceOf(options.source)
      const compile = (schema: RegisteredSchema) => avroSchema(wholeText(schema), reader, cellSource)
      return new RegisteredFormat(schemaCache(options.registry, 'AVRO', compile, onWarning), cellSource)
    }
  }
}

const cellSourceOf = (source: SourceIR | undefined): CellSource | undefined => source && { source, symbols: new SymbolBytes() }

/** A JSON Schema is not compiled: the columns of the source check its values. */
const isSchema = (): true => true

/** The text of a schema that is complete by itself. Throws `MalformedValue`. */
function wholeText({ text, references }: RegisteredSchema): string {
  if (references.length === 0) return text
  const names = references.map(({ name }) => name).join(', ')
  throw new MalformedValue(`it refers to schemas of other subjects (${names}), which is not supported: register it as one schema`)
}

function schemaCache<T>(
  registry: RegistryOptions,
  type: RegisteredType,
  compile: (schema: RegisteredSchema) => T,
  onWarning: (warning: string) => void,
): SchemaCache<T> {
  const compileOfType = (schema: RegisteredSchema): T => {
    if (schema.type !== type) throw new MalformedValue(`its type is ${schema.type}, and the topic is read as ${type}`)
    return compile(schema)
  }
  return new SchemaCache({ client: new RegistryClient(registry), compile: compileOfType, onWarning })
}
