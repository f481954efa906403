/** What an audit has done so far, in a file, so that one that was broken off goes on. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeWhole } from '../base/write-whole.ts'

interface Line {
  readonly name: string
  /** A hash of all that it depends on. */
  readonly of: string
  readonly value: unknown
}

export class Kept {
  readonly #path: string
  readonly #lines = new Map<string, Line>()

  /** A file that cannot be read holds nothing: then everything is made. */
  constructor(path: string) {
    this.#path = path
    if (!existsSync(path)) return
    try {
      for (const line of JSON.parse(readFileSync(path, 'utf8')) as Line[]) this.#lines.set(line.name, line)
    } catch {
      this.#lines.clear()
    }
  }

  /** What was kept under the name, if it depended on the same, or what `make` gives, kept from now on. */
  async of<T>(name: string, depends: string, make: () => Promise<T>): Promise<T> {
    const of = createHash('sha256').update(depends).digest('hex')
    const known = this.#lines.get(name)
    if (known?.of === of) return known.value as T
    const value = await make()
    this.#lines.set(name, { name, of, value })
    this.#write()
    return value
  }

  /** The audit is done. */
  forget(): void {
    rmSync(this.#path, { force: true })
  }

  #write(): void {
    mkdirSync(dirname(this.#path), { recursive: true })
    writeWhole(this.#path, JSON.stringify([...this.#lines.values()]))
  }
}
