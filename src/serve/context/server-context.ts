/** What every route of one server shares. */
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import type { SearchBeside } from '../../operate/decision-search-worker.ts'
import type { Load } from '../access/load.ts'
import type { ServeOptions } from './options.ts'
import type { Role } from '../access/roles.ts'
import type { ServedRun } from '../http/served-run.ts'
import type { Streams } from '../events/streams.ts'
import type { UnsignedCounts } from '../access/unsigned-webhook-counts.ts'

/** Says who may: a token, the server around this one by rules of its own, or everyone may. */
export type Authorization = 'token' | 'own' | 'none'

export interface Serving {
  readonly run: ServedRun
  readonly ir: PipelineIR
  readonly load: Load
  /** Of the run's data folder. */
  readonly reader: SqliteReader
  readonly data: string
  /** Of recorded decisions, in a thread of its own. */
  readonly searching: SearchBeside
  /** Absent without a feed. */
  readonly streams: Streams | undefined
  readonly effects: ServeOptions['effects']
  readonly addMetrics: ServeOptions['addMetrics']
  readonly webhooks: ServeOptions['webhooks']
  readonly unsigned: UnsignedCounts
  readonly clock: ServeOptions['clock']
  readonly front: ServeOptions['front']
  /** How requests are authorized now: the folder's first token changes that while the server runs. */
  readonly authorization: () => Authorization
  /** How the run is: whoever asks whether it is ready is told. */
  readonly state: RunState
}

export interface RunState {
  /** `undefined` while the run goes on. */
  readonly ended: 'stopped' | 'failed' | undefined
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Absent where everyone may. */
    role?: Role
    /** Who may is said by a signature in the request. */
    isSigned?: boolean
    /** Its answers have no end, and are not measured. */
    isStream?: boolean
    /** Everyone may; a client with this role gets a fuller answer (`FastifyRequest.maySeeMore`). */
    moreFor?: Role
    /** Its answer takes microseconds, and waits for no turn (`fair-turns.ts`). */
    isQuick?: boolean
    /** What may stand behind the `?`: nothing unless given, for a route that has a role. */
    query?: readonly string[] | 'any'
  }
}
