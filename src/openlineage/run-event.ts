/**
 * Events of the OpenLineage specification 2-0-2: their types, their facets and their ids.
 *
 * A facet names the version of its schema. `test/openlineage/` validates events against the published schemas.
 */
import { createHash } from 'node:crypto'
import { packageVersion } from '../base/node/index.ts'

/** The producer of all events and facets: the package with its version, as a package URL. */
const PRODUCER = `pkg:npm/spillway@${packageVersion()}`

const SPEC = 'https://openlineage.io/spec'
const EVENT_SCHEMA = `${SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent`

/** Versions of the facets' schemas. */
const facetVersions = {
  ColumnLineageDatasetFacet: '1-2-0',
  DatasetTypeDatasetFacet: '1-0-1',
  DatasetVersionDatasetFacet: '1-0-1',
  DatasourceDatasetFacet: '1-0-1',
  DocumentationDatasetFacet: '1-1-0',
  DocumentationJobFacet: '1-1-0',
  ErrorMessageRunFacet: '1-0-1',
  InputStatisticsInputDatasetFacet: '1-0-0',
  JobTypeJobFacet: '2-0-4',
  NominalTimeRunFacet: '1-0-1',
  OutputStatisticsOutputDatasetFacet: '1-0-2',
  OwnershipJobFacet: '1-0-1',
  ParentRunFacet: '1-2-0',
  ProcessingEngineRunFacet: '1-1-1',
  SchemaDatasetFacet: '1-2-0',
  SourceCodeJobFacet: '1-0-1',
} as const

/** A facet with its fields. */
export type LineageFacet = Readonly<Record<string, unknown>>
export type LineageFacets = Readonly<Record<string, LineageFacet>>

/** A facet of a published schema. */
export const facetOf = (schema: keyof typeof facetVersions, fields: Readonly<Record<string, unknown>>): LineageFacet => ({
  _producer: PRODUCER,
  _schemaURL: `${SPEC}/facets/${facetVersions[schema]}/${schema}.json#/$defs/${schema}`,
  ...fields,
})

/** The name of a job or a dataset. */
export interface LineageName {
  readonly namespace: string
  readonly name: string
}

/** A dataset that a run reads or writes. */
export interface LineageDataset extends LineageName {
  readonly facets: LineageFacets
  readonly inputFacets?: LineageFacets
  readonly outputFacets?: LineageFacets
}

/** A job with its datasets, before a run of it. */
export interface LineageJob extends LineageName {
  readonly facets: LineageFacets
  readonly inputs: readonly LineageDataset[]
  readonly outputs: readonly LineageDataset[]
}

export type RunEventType = 'START' | 'RUNNING' | 'COMPLETE' | 'FAIL' | 'ABORT'

/** One event of a run. */
export interface RunEvent {
  readonly eventType: RunEventType
  readonly eventTime: string
  readonly producer: string
  readonly schemaURL: string
  readonly run: { readonly runId: string; readonly facets: LineageFacets }
  readonly job: LineageName & { readonly facets: LineageFacets }
  readonly inputs: readonly LineageDataset[]
  readonly outputs: readonly LineageDataset[]
}

/** A run as one of its events tells it. */
export interface RunTransition {
  readonly type: RunEventType
  /** UTC ms. */
  readonly at: number
  readonly runId: string
  readonly facets?: LineageFacets
}

/** The event of a transition. */
export const runEventOf = ({ type, at, runId, facets = {} }: RunTransition, { inputs, outputs, ...job }: LineageJob): RunEvent => ({
  eventType: type,
  eventTime: new Date(at).toISOString(),
  producer: PRODUCER,
  schemaURL: EVENT_SCHEMA,
  run: { runId, facets: { processing_engine: engineFacet, ...facets } },
  job,
  inputs,
  outputs,
})

const engineFacet = facetOf('ProcessingEngineRunFacet', {
  version: packageVersion(),
  name: 'Spillway',
  openlineageAdapterVersion: packageVersion(),
})

/** The facet of the run that started a run. */
export const parentFacet = ({ namespace, name }: LineageName, runId: string): LineageFacets => {
  const parent = { run: { runId }, job: { namespace, name } }
  return { parent: facetOf('ParentRunFacet', { ...parent, root: parent }) }
}

/** The facet of a failure. */
export const errorFacet = (message: string): LineageFacets => ({
  errorMessage: facetOf('ErrorMessageRunFacet', { message, programmingLanguage: 'TypeScript' }),
})

/** The facet of the scheduled time of a run, UTC ms. */
export const nominalTimeFacet = (at: number): LineageFacets => ({
  nominalTime: facetOf('NominalTimeRunFacet', { nominalStartTime: new Date(at).toISOString() }),
})

/** The namespace of run ids, drawn once. */
const RUN_NAMESPACE = Buffer.from('7c2f4d1e0b6a5c3f9e8d4a2b1c0f6e5d', 'hex')

/** The id of a run: a UUID of version 5 (RFC 9562), the same for the same parts. */
export function runIdOf(...parts: readonly (string | number)[]): string {
  const bytes = createHash('sha1').update(RUN_NAMESPACE).update(JSON.stringify(parts)).digest().subarray(0, 16)
  bytes[6] = (bytes[6] & 0x0f) | 0x50
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
