/** Definitions of sources: columns, keys, times, ids and identities. */
export type { Entity } from './entity.ts'
export type { LoggedEvent } from './event.ts'
export type { RecordFor, Source } from './source.ts'
