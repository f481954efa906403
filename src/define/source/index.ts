/** Definitions of sources: columns, keys, times, ids and identities. */
export type { Entity } from './entity.ts'
export type { LoggedEvent, RecordFor, Source } from './source.ts'
