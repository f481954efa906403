/** What a server is made of. */
import type { FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import type { Clock } from '../../base/clock.ts'
import type { Bounds } from '../access/resource-limits.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { Feed } from '../events/run-feed.ts'
import type { ChangeByHand, StoredEffect } from '../../log/effects.ts'
import type { RateLimit } from '../access/rate-limit.ts'
import type { Role } from '../access/roles.ts'
import type { ServedRun } from '../http/served-run.ts'
import type { Tokens } from '../access/tokens.ts'
import type { Webhooks } from '../access/webhook-signature.ts'

/**
 * Says of a request whether it may what its route is for, in place of tokens: `true`, or the name of who asks, by which its rate is counted. Anything else is 403; what it throws
 * is answered with the `statusCode` that it has. Of a stream it is asked again at each sign of life, and the stream ends once the answer is another.
 */
export type Authorize = (request: FastifyRequest, role: Role) => boolean | string | Promise<boolean | string>

export interface ServeOptions {
  readonly run: ServedRun
  readonly pipeline: { readonly ir: PipelineIR }
  /** The run's data folder: what it has recorded is read from there. */
  readonly data: string
  /** Says when the run has made decisions, or what became of effects, durable; without it there are no streams of them. */
  readonly feed?: Feed
  /** Changes dead effects by hand, and sends what is to be tried again: the run's dispatcher. Without it they are only listed. */
  readonly effects?: { byHand(effect: StoredEffect, change: ChangeByHand): Promise<void> }
  /** Who may; without them everyone may do everything, which is for a machine of one's own. */
  readonly tokens?: Tokens
  /** Says who may in place of tokens, where the server around it knows its users. */
  readonly authorize?: Authorize
  /** Names by which the server is called, and this machine's own; all unless given. */
  readonly hosts?: readonly string[]
  /** How often each client may come; as often as it likes unless given. */
  readonly rate?: RateLimit
  /** Sources that take signed webhooks, each with its style and secret. */
  readonly webhooks?: Webhooks
  /** The wall clock by which webhooks are of now; by default the machine's. */
  readonly clock?: Clock
  /** Adds what else is to be told at `/metrics`. */
  readonly addMetrics?: (registry: Registry) => void
  /** Says at `/` what there is to call: a server of its own does, and one inside another has no `/`. */
  readonly front?: boolean
  readonly bounds?: Partial<Bounds>
  /** Told of what went wrong inside, of which the client learns no more than that. */
  readonly onError?: (error: unknown) => void
}
