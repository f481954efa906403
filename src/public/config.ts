/**
 * `spillway/config`: the settings of a project for the command line, in `spillway.config.ts`.
 *
 * They are apart from `spillway`, whose definitions must not depend on where a pipeline runs: the same pipeline is audited on files,
 * run on a laptop and run in production.
 *
 * @module spillway/config
 */
import '../base/node/require-node.ts'
export {
  type AlertDestination,
  type AlertDestinationOptions,
  alertmanager,
  type AlertmanagerOptions,
  alertWebhook,
  type AlertWebhookOptions,
  pagerDuty,
  type PagerDutyOptions,
  slack,
} from '../define/config/alert-destinations.ts'
export {
  type AlertSettings,
  type BackupSettings,
  type Config,
  defineConfig,
  type OpenLineageSettings,
  type ProjectSettings,
  type SourceGateSettings,
  type SourceSettings,
} from '../define/config/config.ts'
export type { FeedPlace } from '../define/config/feed-place.ts'
export type {
  KafkaConnectionOptions,
  KafkaPasswordLogin,
  KafkaTls,
  KafkaToken,
  KafkaTokenFunction,
  KafkaTokenLogin,
} from '../define/action/kafka-connection.ts'
export type { KafkaRegistry } from '../define/config/kafka-registry.ts'
export { kafkaTopic as kafka } from '../define/config/kafka-topic.ts'
export type { KafkaColumns, KafkaPlaceOptions } from '../define/config/kafka-place.ts'
export type { KafkaOptions } from '../define/action/kafka-effect.ts'
export type { Effect } from '../define/action/effect.ts'
