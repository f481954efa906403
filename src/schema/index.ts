/** Compatibility of schemas: columns of a source, and definitions in JSON Schema, Avro and Protobuf. */
export { columnIncompatibilities, columnsByWrittenName, isReadingRule } from './columns.ts'
export { formatOfFile, type SchemaFormat, schemaFormats } from './formats.ts'
export { historyChanges } from './history.ts'
export type { Incompatibility } from './incompatibility.ts'
export { defaultCompatibility, incompatibilityText, levelIncompatibilities } from './levels.ts'
export { checkCandidate, type ColumnsVersion, type SchemaCheck, sourceSchemaText } from './source-check.ts'
