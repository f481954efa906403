/** Why things in a table are not known: each reason stands once below it, and the cells have its number. */
export class Reasons {
  readonly #known: string[] = []

  /** From 1. */
  numberOf(why: string): number {
    const at = this.#known.indexOf(why)
    return at === -1 ? this.#known.push(why) : at + 1
  }

  /** `(1) `, and the reason, in the order in which they came. */
  get notes(): readonly (readonly [number: string, why: string])[] {
    return this.#known.map((why, i) => [`(${i + 1}) `, why])
  }
}
