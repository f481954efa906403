/** The error of schema text that cannot be read. */
import { limits, SpillwayError } from '../../base/index.ts'

/** Throws `SPILL_FORMAT`; `place` is a path in the schema, or a line of its text. */
export function malformedSchema(place: string, problem: string): never {
  throw new SpillwayError('SPILL_FORMAT', `the schema cannot be read: ${place}: ${problem}`)
}

/** Parses a schema that is JSON text. Throws `SPILL_FORMAT`. */
export function parseSchemaJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    return malformedSchema('/', `not JSON: ${(error as Error).message}`)
  }
}

/** Counts the parts of a schema, and the pairs of parts that a check looks at. Throws `SPILL_LIMIT` beyond a bound. */
export class PartBudget {
  readonly #maximum: number
  readonly #name: string
  #count = 0

  private constructor(maximum: number, name: string) {
    this.#maximum = maximum
    this.#name = name
  }

  static ofParts(): PartBudget {
    return new PartBudget(limits.SCHEMA_PARTS_MAX, 'SCHEMA_PARTS_MAX')
  }

  static ofPairs(): PartBudget {
    return new PartBudget(limits.SCHEMA_PAIRS_MAX, 'SCHEMA_PAIRS_MAX')
  }

  get spent(): number {
    return this.#count
  }

  spend(count = 1): void {
    this.#count += count
    if (this.#count > this.#maximum)
      throw new SpillwayError('SPILL_LIMIT', `the schema has more than ${this.#maximum} parts or pairs of parts to compare (${this.#name})`)
  }
}
