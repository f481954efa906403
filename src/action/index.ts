/** Effects: delivered at least once, in order for a key, with retries and deadlines, and exactly once at a receiver that keeps ids. */
export { ActionTrigger } from './action-trigger.ts'
export { backoffMs } from './retry-delay.ts'
export { EffectDispatcher, type EffectDispatcherOptions } from './effect-dispatcher.ts'
export { effectId } from './effect-id.ts'
export { ExplorationSampler, EXPLORED, NOT_MET } from './exploration-sampler.ts'
export { type ActionDestination, GuardedDestination, type OpenedDestination } from './guarded-destination.ts'
export { InlineAnswers } from './inline-answers.ts'
export {
  type ActionDefinitions,
  closeDestinations,
  openActionDestinations,
  openRecordDestinations,
  type RecordDestinations,
} from './open-destinations.ts'
export { TopicSender } from './topic-sender.ts'
export { openWebhook, type WebhookPorts } from './webhook.ts'
