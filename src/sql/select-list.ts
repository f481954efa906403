/** Expressions of one SELECT, each under a short name; equal texts are one column. */
export class SelectList {
  readonly #prefix: string
  readonly #names = new Map<string, string>()

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  nameOf(sql: string): string {
    const name = this.#names.get(sql) ?? `${this.#prefix}${this.#names.size}`
    this.#names.set(sql, name)
    return name
  }

  /** `expression AS name` of each. */
  columns(): string[] {
    return [...this.#names].map(([sql, name]) => `${sql} AS ${name}`)
  }
}
