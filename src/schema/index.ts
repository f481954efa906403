/** Compatibility of schemas: columns of a source, and definitions in JSON Schema, Avro and Protobuf. */
export { columnIncompatibilities, isReadingRule } from './columns.ts'
export type { Incompatibility } from './incompatibility.ts'
export {
  defaultCompatibility,
  incompatibilityText,
  levelIncompatibilities,
} from './levels.ts'
