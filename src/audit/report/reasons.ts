/** Why things in a table are not known: each reason stands once below it, and the cells have its number. */
export class Reasons {
  readonly #known: string[] = []

  /** From 1. */
  numberOf(why: string): number {
    const at = this.#known.indexOf(why)
    return at === -1 ? this.#known.push(why) : at + 1
  }

  /** `(1) too few`, in the order in which they came. */
  map<T>(make: (number: string, why: string) => T): T[] {
    return this.#known.map((why, i) => make(`(${i + 1}) `, why))
  }
}
