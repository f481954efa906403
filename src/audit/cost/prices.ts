/** Prices and sizing of the target deployment, from a JSON file. */
import { basename } from 'node:path'
import { show, didYouMean } from '../../base/index.ts'
import type { Range } from '../domain/audit-report.ts'
import example from './prices.json' with { type: 'json' }
import { exactRange, readAmounts, readJson, requireDocument, requireObject, throwAmountError, type AmountSpecs } from './range.ts'

const FORMAT = 'spillway-prices/1'

const priceSpecs = {
  coreHour: { unit: 'dollars for a core (vCPU) and an hour, on demand' },
  coreHourSpot: { unit: 'dollars for a core (vCPU) and an hour that may be taken away, for batch runs' },
  brokerHour: { unit: 'dollars for the whole broker and an hour' },
  stateGBMonth: { unit: 'dollars for a GB of state that features are served from, and a month' },
  storageGBMonth: { unit: 'dollars for a GB of the log, and a month' },
  millionRequests: { unit: 'dollars for a million requests' },
  egressGB: { unit: 'dollars for a GB that crosses a zone' },
} as const satisfies AmountSpecs

const sizingSpecs = {
  use: { unit: 'the part of stream workers’ cores that is busy, 0 to 1', least: 0.01, most: 1, descending: true },
  smallestCores: { unit: 'cores of the smallest machine', least: 0.01 },
  cpu: { unit: 'core seconds there for one measured here', least: 0.001 },
  startSeconds: { unit: 'seconds until a batch run reads its first event' },
  redone: { unit: 'work of batch runs that is done again, as a part of it', most: 1 },
  stateCopies: { unit: 'copies of state', least: 1 },
  logDays: { unit: 'days that events are kept' },
  crossings: { unit: 'times that an event crosses a zone when it is streamed' },
  eventsPerRequest: { unit: 'events that one request brings', least: 1, descending: true },
  rateQuantile: { unit: 'the part of minutes whose rate static workers are sized for', least: 0.5, most: 1, fallback: exactRange(0.99) },
  windowSeconds: { unit: 'seconds over which an autoscaler measures', least: 60, fallback: exactRange(300) },
  restartSeconds: { unit: 'seconds in which nothing is done while workers change', fallback: exactRange(120) },
  catchUpSeconds: { unit: 'seconds within which what waits is to be done', least: 1, fallback: exactRange(300) },
  stabiliseSeconds: { unit: 'seconds after a restart until an autoscaler measures again', fallback: exactRange(60) },
} as const satisfies AmountSpecs

/** Name of a price. */
export type PriceName = keyof typeof priceSpecs

/** Prices, and the sizing of a deployment. docs/reference/cost.md describes each key. */
export interface Prices {
  /** Name of the file, for the report. */
  readonly name: string
  /** Kind and date of the prices. */
  readonly about: string
  readonly prices: Readonly<Record<PriceName, Range>>
  readonly sizing: Readonly<Record<keyof typeof sizingSpecs, Range>>
  /** Autoscaled workers follow the rate; static workers are sized for a quantile of the minutes. */
  readonly workers: 'autoscaled' | 'static'
}

/**
 * Reads prices from JSON. Missing `sizing` keys take the example's values. Throws `SPILL_INPUT` for a missing, negative or non-numeric
 * price, for low, base and high in the wrong order, and for an unknown key.
 */
export function readPrices(value: unknown, name: string): Prices {
  const fields = requireDocument(value, FORMAT, ['about', 'currency', 'prices', 'sizing'], name)
  if (typeof fields['about'] !== 'string' || fields['about'] === '')
    throwAmountError(name, 'has no description of its prices; write "about": "list prices of …, 2026"')
  if (fields['currency'] !== 'USD')
    throwAmountError(name, `is in ${show(fields['currency'])}; the audit computes in dollars: write "currency": "USD"`)
  const { workers: exampleWorkers, ...exampleSizing } = example.sizing
  const { workers = exampleWorkers, ...sizing } = requireObject(
    fields['sizing'] ?? {},
    ['workers', ...Object.keys(sizingSpecs)],
    `${name} sizing`,
  )
  if (workers !== 'autoscaled' && workers !== 'static')
    throwAmountError(`${name} sizing.workers`, `is ${show(workers)}${didYouMean(workers, ['autoscaled', 'static'])}`)
  return {
    name,
    about: fields['about'],
    prices: readAmounts(fields['prices'] ?? throwAmountError(name, 'has no "prices"'), priceSpecs, `${name} prices`),
    sizing: readAmounts({ ...exampleSizing, ...sizing }, sizingSpecs, `${name} sizing`),
    workers,
  }
}

/**
 * Reads prices from a file. Throws `SPILL_INPUT` with the file, the key and the fix.
 *
 * @example
 * const prices = readPricesFile('prices.json')
 */
export const readPricesFile = (path: string): Prices => readPrices(readJson(path), basename(path))

/** The example prices that come with Spillway. */
export const examplePrices: Prices = readPrices(example, 'prices.json (example)')
