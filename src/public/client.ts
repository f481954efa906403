/**
 * `spillway/client`: calls a Spillway server from a back end or a browser, with the types of its pipeline.
 *
 * @example
 * ```ts
 * import { client } from 'spillway/client'
 *
 * const api = client({ url: 'http://127.0.0.1:7070', token: process.env.SPILLWAY_TOKEN })
 * await api.send(payments, events)
 * ```
 *
 * @module spillway/client
 */
export type { ErrorCode } from '../base/errors.ts'
export type {
  AnsweredDecision,
  AskedDecision,
  DecidedEvent,
  Decision,
  DegradedDecision,
  KeyFeatures,
  RecentDecisions,
  RejectedEvent,
  RejectedFeature,
  Sent,
  SentSoFar,
  StreamedDecision,
  StreamedEffect,
} from '../client/answers.ts'
export {
  client,
  type Client,
  type ClientOptions,
  type EffectOptions,
  type FeatureOptions,
  type Readiness,
  type RecentOptions,
} from '../client/client.ts'
export { ClientError } from '../client/client-error.ts'
export type { FollowOptions } from '../client/follow.ts'
export type { CallOptions, Fetch } from '../client/http.ts'
export type { SendOptions } from '../client/send.ts'
export { named, type Definition, type KeyIn, type KeyOf, type NamedOptions } from '../client/named.ts'
