/** The options of a server, the objects that all of its routes share, and the options of a route. */
import type { FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import type { Clock } from '../../base/index.ts'
import type { ResourceLimits } from '../access/resource-limits.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { CommitFeed } from '../events/journal.ts'
import type { RunMonitor } from '../../monitor/index.ts'
import type { LineageEmitter } from '../../openlineage/index.ts'
import type { AuditJobs, RunControl, FolderSearchWorker, FolderView, PersonalMask } from '../../operate/index.ts'
import type { ReconciliationRecord } from '../../reconcile/index.ts'
import type { RateLimit } from '../access/rate-limit.ts'
import type { Role } from '../access/token-file.ts'
import type { ServedRun } from '../http/served-run.ts'
import type { Tokens } from '../access/tokens.ts'
import type { WebhookSecrets, UnsignedWebhookCounts } from '../access/webhook-signature.ts'
import type { AdmissionControl } from '../access/admission-control.ts'
import type { EventStreams } from '../events/event-streams.ts'

/**
 * Decides whether a request has a role, in place of tokens.
 *
 * Returns `true`, or the client's name, by which its rate is counted. Any other result is 403; an error is answered with its
 * `statusCode`. For a stream the function is called again at each heartbeat, and the stream ends when the answer changes.
 *
 * @example
 * ```ts
 * const authorize: Authorize = ({ headers }, role) => role === 'read' || headers['x-user'] === 'ann'
 * ```
 */
export type Authorize = (request: FastifyRequest, role: Role) => boolean | string | Promise<boolean | string>

/** The options of the server plugin. */
export interface ServeOptions {
  readonly run: ServedRun
  readonly pipeline: { readonly ir: PipelineIR; readonly fingerprint: string }
  /** The run's data folder, from which recorded decisions and effects are read. */
  readonly data: string
  /** Notifies that decisions or changes of effects are durable. Without it the server has no event streams. */
  readonly feed?: CommitFeed
  /** The monitor of the run: counts answers, and notifies of samples. */
  readonly monitor?: Pick<
    RunMonitor,
    'countResponse' | 'subscribe' | 'alerts' | 'burnRates' | 'summaryNow' | 'changes' | 'receivers' | 'lags'
  >
  /** The emitter of OpenLineage events, if the run has one. */
  readonly lineage?: Pick<LineageEmitter, 'counts' | 'waiting' | 'isFailing'> | undefined
  /** The changes that operators make to the run. Without it dead letters and effects are only listed. */
  readonly control?: RunControl
  /** The tokens that let clients in. Without them every client may do everything: for one's own machine only. */
  readonly tokens?: Tokens
  /** Authorizes requests in place of tokens, where the embedding server knows its users. */
  readonly authorize?: Authorize
  /** Host names that requests may use, beside this machine's own. Any host name is allowed by default. */
  readonly hosts?: readonly string[]
  /** The rate limit of each client; none by default. */
  readonly rate?: RateLimit
  /** Sources that accept signed webhooks, each with the style of its signature and its secret. */
  readonly webhooks?: WebhookSecrets
  /** The wall clock against which webhook timestamps are checked; the machine's by default. */
  readonly clock?: Clock
  /** Adds further metrics to `/metrics`. */
  readonly addMetrics?: (registry: Registry) => void
  /** The folder to which `spillway audit` writes its report; `audit` by default. */
  readonly auditFolder?: string
  /** Starts audits. Without it the server only shows reports. */
  readonly audits?: AuditJobs
  /** Reconciles the decisions since the last reconciliation. Resolves with its record. Without it the server only lists reconciliations. */
  readonly reconcile?: () => Promise<ReconciliationRecord>
  /** Serve an index of the routes at `/`. A server of its own does; an embedded one has no `/`. */
  readonly front?: boolean
  readonly bounds?: Partial<ResourceLimits>
  /** Called with internal errors, whose details clients do not get. */
  readonly onError?: (error: unknown) => void
}

/** The authorization of requests: by a token, by the embedding server, or none. */
export type AuthorizationMode = 'token' | 'own' | 'none'

/** The objects that all routes of one server share. */
export interface ServerContext extends Pick<
  ServeOptions,
  | 'run'
  | 'monitor'
  | 'lineage'
  | 'control'
  | 'audits'
  | 'reconcile'
  | 'tokens'
  | 'authorize'
  | 'addMetrics'
  | 'webhooks'
  | 'clock'
  | 'front'
> {
  readonly ir: PipelineIR
  readonly fingerprint: string
  readonly auditFolder: string
  readonly load: AdmissionControl
  /** Masks personal data for clients without the role to see it; absent if the pipeline has none. */
  readonly mask: PersonalMask | undefined
  /** The run's data folder, for reading. */
  readonly folder: FolderView
  /** Searches recorded decisions in a thread of its own. */
  readonly search: FolderSearchWorker
  /** Reads features as of past times, in a second thread: a pass over a long log does not hold up searches. */
  readonly past: FolderSearchWorker
  /** Checks schemas, in a third thread. */
  readonly schemas: FolderSearchWorker
  /** Absent without a feed. */
  readonly streams: EventStreams | undefined
  readonly unsigned: UnsignedWebhookCounts
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
    /** A client with this role gets a fuller answer (`FastifyRequest.hasDetailRole`). */
    detailRole?: Role | undefined
    /** Its answer takes microseconds, and waits in no queue (`fair-queue.ts`). */
    isQuick?: boolean
    /** Load balancers ask it: its answers say nothing of how clients are served, and do not count. */
    isProbe?: boolean
    /** Query parameters of the route. A route with a role has none by default. */
    query?: readonly string[] | 'any'
  }
}
