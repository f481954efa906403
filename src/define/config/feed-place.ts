/** Places of a source's records that a text cannot name: an address with how to log in, or with secrets. */
import type { KafkaTokenFunction } from '../action/kafka-connection.ts'
import type { KafkaPlaceIR } from './kafka-place-ir.ts'
import { mapSettingFiles } from './setting-paths.ts'

declare const feedPlace: unique symbol

/** A place from which a run reads new events, made by `kafka`. Beside it, a feed may be a path or an address. */
export interface FeedPlace {
  readonly [feedPlace]: true
}

/** A place as plain data, without secrets: those are settings. */
export type FeedPlaceIR = KafkaPlaceIR

/** The functions of a place, which plain data cannot hold. */
export interface PlaceFunctions {
  /** Gives the token of a login by OAUTHBEARER. */
  readonly token?: KafkaTokenFunction
}

/** The value behind a `FeedPlace`. */
export class FeedPlaceValue {
  readonly ir: FeedPlaceIR
  readonly functions: PlaceFunctions

  constructor(ir: FeedPlaceIR, functions: PlaceFunctions = {}) {
    this.ir = Object.freeze(ir)
    this.functions = functions
    Object.freeze(this)
  }

  /** Its name in messages: `kafka:payments`. */
  get address(): string {
    return `${this.ir.kind}:${this.ir.topic}`
  }

  /** The place with other paths of the files that its settings name. */
  withPaths(pathOf: (path: string) => string): FeedPlace {
    return feedPlaceOf(new FeedPlaceValue(mapSettingFiles(this.ir, pathOf), this.functions))
  }
}

/** The public form of a place: users can pass it on, and not look into it. */
export const feedPlaceOf = (value: FeedPlaceValue): FeedPlace => value as unknown as FeedPlace

/** The value of a place; undefined for anything else. */
export const placeValueOf = (feed: unknown): FeedPlaceValue | undefined => (feed instanceof FeedPlaceValue ? feed : undefined)
