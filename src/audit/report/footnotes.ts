/** Footnotes of a table: each reason stands once below the table, and cells have its number. */
export class Footnotes {
  readonly #reasons: string[] = []

  /** Number of a reason, from 1. */
  numberOf(why: string): number {
    const at = this.#reasons.indexOf(why)
    return at === -1 ? this.#reasons.push(why) : at + 1
  }

  /** Pairs of `(1) ` and a reason, by number. */
  get notes(): readonly (readonly [number: string, why: string])[] {
    return this.#reasons.map((why, i) => [`(${i + 1}) `, why])
  }
}
