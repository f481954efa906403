/** The objects that all routes of one server share, and the options of a route. */
import type { PipelineIR } from '../../define/ir/index.ts'
import type { DecisionSearchWorker, FolderView } from '../../operate/index.ts'
import type { AdmissionControl } from '../access/admission-control.ts'
import type { ServeOptions } from './options.ts'
import type { Role } from '../access/roles.ts'
import type { ServedRun } from '../http/served-run.ts'
import type { EventStreams } from '../events/event-streams.ts'
import type { UnsignedWebhookCounts } from '../access/webhook-signature.ts'

/** The authorization of requests: by a token, by the embedding server, or none. */
export type AuthorizationMode = 'token' | 'own' | 'none'

/** The objects that all routes of one server share. */
export interface ServerContext {
  readonly run: ServedRun
  readonly ir: PipelineIR
  readonly load: AdmissionControl
  /** The run's data folder, for reading. */
  readonly folder: FolderView
  /** Searches recorded decisions in a thread of its own. */
  readonly search: DecisionSearchWorker
  /** Absent without a feed. */
  readonly streams: EventStreams | undefined
  readonly control: ServeOptions['control']
  readonly addMetrics: ServeOptions['addMetrics']
  readonly webhooks: ServeOptions['webhooks']
  readonly unsigned: UnsignedWebhookCounts
  readonly clock: ServeOptions['clock']
  readonly front: ServeOptions['front']
  /** Current authorization of requests: the folder's first token changes that while the server runs. */
  readonly authorization: () => AuthorizationMode
  /** State of the run, for `/readyz`. */
  readonly state: RunState
}

/** The end of the run, if it has ended. */
export interface RunState {
  /** `undefined` while the run goes on. */
  readonly ended: 'stopped' | 'failed' | undefined
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The role that a client needs; absent for public routes. */
    role?: Role
    /** A signature in the request authorizes it. */
    isSigned?: boolean
    /** Its answers do not end, and are not measured. */
    isStream?: boolean
    /** The route is public; a client with this role gets a fuller answer (`FastifyRequest.hasDetailRole`). */
    detailRole?: Role
    /** Its answer takes microseconds, and waits in no queue (`fair-queue.ts`). */
    isQuick?: boolean
    /** Query parameters of the route. A route with a role has none by default. */
    query?: readonly string[] | 'any'
  }
}
