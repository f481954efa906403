/** Compatibility of schemas: columns of a source, and definitions in JSON Schema, Avro and Protobuf. */
export { isAvroDefault } from './avro/avro-default.ts'
export { type AvroField, type AvroType, avroTypeText, shortName as avroShortName } from './avro/avro-schema.ts'
export { isPromoted } from './avro/compare-avro.ts'
export { parseAvro } from './avro/parse-avro.ts'
export { columnIncompatibilities, columnsByWrittenName, isReadingRule } from './columns.ts'
export { formatOfFile, type SchemaFormat, schemaFormats } from './formats.ts'
export { historyChanges } from './history.ts'
export type { Incompatibility } from './problems/incompatibility.ts'
export { defaultCompatibility, incompatibilityText, levelIncompatibilities } from './levels.ts'
export { parseProtobuf } from './protobuf/parse-protobuf.ts'
export {
  type FieldType as ProtoFieldType,
  fieldTypeText as protoTypeText,
  type ProtoField,
  type ProtoFile,
  type ProtoMessage,
  type ScalarType as ProtoScalar,
} from './protobuf/proto-file.ts'
export { checkCandidate, type ColumnsVersion, type SchemaCheck, sourceSchemaText } from './source-check.ts'
