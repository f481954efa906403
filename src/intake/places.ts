/** Where rows stood, for refusals that come later: a number a row (4 bytes), and where each file begins. */
import type { Origin } from './batch.ts'

export class Places {
  readonly #origins: { readonly firstRow: number; readonly origin: Origin }[] = []
  #numbers = new Uint32Array(1024)

  set(row: number, origin: Origin, number: number): void {
    if (this.#origins.at(-1)?.origin !== origin) this.#origins.push({ firstRow: row, origin })
    if (row >= this.#numbers.length) {
      const larger = new Uint32Array(this.#numbers.length * 2)
      larger.set(this.#numbers)
      this.#numbers = larger
    }
    this.#numbers[row] = number
  }

  clear(): void {
    this.#origins.length = 0
  }

  of(row: number): string {
    return this.#origins.findLast(({ firstRow }) => firstRow <= row)!.origin.placeOf(this.#numbers[row])
  }
}
