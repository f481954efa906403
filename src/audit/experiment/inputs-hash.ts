/** A hash of the history and the outcomes behind the sweeps of an audit: a checkpoint is valid for equal ones alone. */
import { createHash } from 'node:crypto'
import type { Hash64 } from '../../base/index.ts'
import type { ColumnData } from '../../columns/index.ts'
import type { ReplayLog } from '../../replay/index.ts'
import type { Cases } from '../domain/cases.ts'

/**
 * SHA-256 of all events and requests, and of the labels, clusters and weights of the decisions. Labels that an action hid and weights come
 * from the record of a run, so the events do not determine them.
 */
export function inputsHash({ histories, requests, strings }: ReplayLog, cases: Cases): string {
  const { key, label, isLabelled, eligible, outcome, outcomeGroup, clusters, propensityWeights } = cases
  const hash = createHash('sha256')
  const addArrays = (...arrays: readonly (ArrayBufferView | undefined)[]): void => {
    for (const array of arrays) if (array) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
  }
  const addColumns = (columns: Readonly<Record<string, ColumnData>>): void => {
    for (const { values, nulls } of Object.values(columns)) addArrays(values, nulls)
  }
  for (const { block } of histories.values()) {
    addArrays(block.time, block.arrival, block.sourcePosition)
    addColumns(block.columns)
  }
  for (const { t, columns } of requests.values()) {
    addArrays(t)
    addColumns(columns)
  }
  const texts: Hash64 = { high: 0, low: 0 }
  for (let id = 0; id < strings.size; id++) strings.addTo(texts, id)
  hash.update(JSON.stringify(texts))
  addArrays(key, label, isLabelled, eligible, outcome, outcomeGroup, ...clusters.map(({ of }) => of))
  addArrays(propensityWeights?.weight, propensityWeights?.expected)
  return hash.digest('hex')
}
