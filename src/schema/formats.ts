/** The languages of schemas: each parses its text, compares two schemas, and states the columns of a source. */
import { avroIncompatibilities } from './avro/compare-avro.ts'
import { parseAvro } from './avro/parse-avro.ts'
import { avroOfColumns, jsonSchemaOfColumns, type NumberedColumns, protobufOfColumns } from './columns-as-schema.ts'
import type { Incompatibility, SchemaComparison } from './problems/incompatibility.ts'
import { jsonSchemaIncompatibilities } from './json-schema/compare-json-schema.ts'
import { parseJsonSchema } from './json-schema/parse-json-schema.ts'
import { protobufIncompatibilities } from './protobuf/compare-protobuf.ts'
import { parseProtobuf } from './protobuf/parse-protobuf.ts'
import { PartBudget } from './problems/schema-error.ts'

/** Names of the languages. */
export const schemaFormats = ['json-schema', 'avro', 'protobuf'] as const

/** Language of the text of a schema. */
export type SchemaFormat = (typeof schemaFormats)[number]

/** Compares texts of one language. */
interface SchemaLanguage {
  /**
   * A comparison of many texts with one budget, which parses each text once. It throws `SPILL_FORMAT` for text that is no schema,
   * `SPILL_LIMIT` for schemas that are too large, or too many.
   */
  readonly comparison: () => SchemaComparison<string>
  /** Columns of a source as text. */
  readonly textOf: (columns: NumberedColumns) => string
}

const languageOf = <S>(
  parse: (text: string) => S,
  compare: (reader: S, writer: S, budget: PartBudget) => readonly Incompatibility[],
  textOf: SchemaLanguage['textOf'],
): SchemaLanguage => ({
  textOf,
  comparison: () => {
    const budget = PartBudget.ofPairs()
    const known = new Map<string, S>()
    const parsed = (text: string): S => {
      const schema = known.get(text) ?? parse(text)
      known.set(text, schema)
      return schema
    }
    return (reader, writer) => compare(parsed(reader), parsed(writer), budget)
  },
})

/** The languages by name. */
export const schemaLanguages: Readonly<Record<SchemaFormat, SchemaLanguage>> = {
  'json-schema': languageOf(parseJsonSchema, jsonSchemaIncompatibilities, jsonSchemaOfColumns),
  avro: languageOf(parseAvro, avroIncompatibilities, avroOfColumns),
  protobuf: languageOf(parseProtobuf, protobufIncompatibilities, protobufOfColumns),
}

/** Language of a schema by the name of its file; a `.json` file is a JSON Schema. `undefined` for another name. */
export function formatOfFile(path: string): SchemaFormat | undefined {
  if (path.endsWith('.avsc')) return 'avro'
  if (path.endsWith('.proto')) return 'protobuf'
  return path.endsWith('.json') ? 'json-schema' : undefined
}
