import { basename } from 'node:path'
import { show } from '../../base/show.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import type { Range } from '../domain/audit-report.ts'
import { objectOf, readAmounts, readJson, refuse, type Amounts } from './amounts.ts'
import example from './prices.json' with { type: 'json' }
import { exactly } from './range.ts'

const FORMAT = 'spillway-prices/1'

const priced = {
  coreHour: { unit: 'dollars for a core (vCPU) and an hour, on demand' },
  coreHourSpot: { unit: 'dollars for a core (vCPU) and an hour that may be taken away, for batch runs' },
  brokerHour: { unit: 'dollars for the whole broker and an hour' },
  stateGBMonth: { unit: 'dollars for a GB of state that features are served from, and a month' },
  storageGBMonth: { unit: 'dollars for a GB of the log, and a month' },
  millionRequests: { unit: 'dollars for a million requests' },
  egressGB: { unit: 'dollars for a GB that crosses a zone' },
} as const satisfies Amounts<string>

const sized = {
  use: { unit: 'the part of stream workers’ cores that is busy, 0 to 1', least: 0.01, most: 1, falls: true },
  smallestCores: { unit: 'cores of the smallest machine', least: 0.01 },
  cpu: { unit: 'core seconds there for one measured here', least: 0.001 },
  startSeconds: { unit: 'seconds until a batch run reads its first event' },
  redone: { unit: 'work of batch runs that is done again, as a part of it', most: 1 },
  stateCopies: { unit: 'copies of state', least: 1 },
  logDays: { unit: 'days that events are kept' },
  crossings: { unit: 'times that an event crosses a zone when it is streamed' },
  eventsARequest: { unit: 'events that one request brings', least: 1, falls: true },
  rateQuantile: { unit: 'the part of minutes whose rate static workers are sized for', least: 0.5, most: 1, otherwise: exactly(0.99) },
  windowSeconds: { unit: 'seconds over which an autoscaler measures', least: 60, otherwise: exactly(300) },
  restartSeconds: { unit: 'seconds in which nothing is done while workers change', otherwise: exactly(120) },
  catchUpSeconds: { unit: 'seconds within which what waits is to be done', least: 1, otherwise: exactly(300) },
  stabiliseSeconds: { unit: 'seconds after a restart until an autoscaler measures again', otherwise: exactly(60) },
} as const satisfies Amounts<string>

export type PriceName = keyof typeof priced
export type SizingName = keyof typeof sized

/** What things cost, and how a deployment is sized: what docs/cost.md describes key by key. */
export interface Prices {
  /** The file's name, for the report. */
  readonly name: string
  /** What kind of prices they are, and of when. */
  readonly about: string
  readonly prices: Readonly<Record<PriceName, Range>>
  readonly sizing: Readonly<Record<SizingName, Range>>
  /** Whether stream workers are as many as the rate asks for, or as many as nearly any minute does. */
  readonly workers: 'autoscaled' | 'static'
}

/**
 * Reads prices from JSON. `sizing` may be left out, or some of it: then the example's stand. Throws `SPILL_INPUT` for a price that is missing, negative or no number, for low, base and high in the wrong order, and
 * for a key that there is not.
 */
export function readPrices(value: unknown, name: string): Prices {
  const given = objectOf(value, ['format', 'about', 'currency', 'prices', 'sizing'], name)
  if (given['format'] !== FORMAT) refuse(name, `has the format ${show(given['format'])}; write "format": "${FORMAT}"`)
  if (typeof given['about'] !== 'string' || given['about'] === '')
    refuse(name, 'does not say what prices these are; write "about": "list prices of …, 2026"')
  if (given['currency'] !== 'USD') refuse(name, `is in ${show(given['currency'])}; the audit reckons in dollars: write "currency": "USD"`)
  const { workers: exampleWorkers, ...exampleSizing } = example.sizing
  const { workers = exampleWorkers, ...sizing } = objectOf(given['sizing'] ?? {}, ['workers', ...Object.keys(sized)], `${name} sizing`)
  if (workers !== 'autoscaled' && workers !== 'static')
    refuse(`${name} sizing.workers`, `is ${show(workers)}${didYouMean(workers, ['autoscaled', 'static'])}`)
  return {
    name,
    about: given['about'],
    prices: readAmounts(given['prices'] ?? refuse(name, 'has no "prices"'), priced, `${name} prices`),
    sizing: readAmounts({ ...exampleSizing, ...sizing }, sized, `${name} sizing`),
    workers,
  }
}

/** Reads prices from a file. Throws as `readPrices` does. */
export const readPricesFile = (path: string): Prices => readPrices(readJson(path), basename(path))

/** The prices that come with Spillway: an example, which its `about` says. */
export const examplePrices: Prices = readPrices(example, 'prices.json (example)')
