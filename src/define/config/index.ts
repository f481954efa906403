/** The settings of a project: `spillway.config.ts`. */
export { type AlertDestinationIR, alertDestinationsIR } from './alert-destinations.ts'
export {
  type AlertSettings,
  type BackupSettings,
  checkBackup,
  checkOpenLineage,
  type Config,
  defineConfig,
  type OpenLineageSettings,
  type ProjectSettings,
  type SourceGateSettings,
  type SourceSettings,
} from './config.ts'
export { type AlertThresholds, alertThresholds, defaultThresholds } from './alert-thresholds.ts'
export { type FeedPlace, FeedPlaceValue, placeValueOf } from './feed-place.ts'
export { destinationWithPaths } from './record-destination.ts'
export {
  kafkaFormats,
  isPartitionOffsets,
  kafkaMemberships,
  type KafkaRegistryIR,
  needsRegistry,
  SCHEMA_REGISTRY,
  type KafkaColumnsIR,
  type KafkaPlaceIR,
  type PartitionOffsetsIR,
  plainKafkaPlace,
} from './kafka-place-ir.ts'
