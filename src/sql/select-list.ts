/** Collects the expressions of one SELECT under short names; equal texts share a column. */
export class SelectList {
  readonly #prefix: string
  readonly #names = new Map<string, string>()

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** The name of an expression, which is added if it is new. */
  nameOf(sql: string): string {
    const name = this.#names.get(sql) ?? `${this.#prefix}${this.#names.size}`
    this.#names.set(sql, name)
    return name
  }

  /** `expression AS name` for each expression. */
  columns(): string[] {
    return [...this.#names].map(([sql, name]) => `${sql} AS ${name}`)
  }
}
