/** Definitions of actions: effects, their budgets and limits, and the `Destination` port. */
export { type Action, thresholdOf, type EffectFunction, type EffectRecord } from './action.ts'
export { ACKNOWLEDGED, type Delivery, type DeliveryOutcome, type Destination, type OpenDestination } from './destination.ts'
export { type Effect, EffectValue } from './effect.ts'
export type { KafkaTokenFunction } from './kafka-connection.ts'
