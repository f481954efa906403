/** Checkpoint of an audit: a JSON file of finished results, so that an interrupted audit continues where it stopped. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeAtomically } from '../base/node/index.ts'

interface Entry {
  readonly name: string
  /** SHA-256 of everything that the value depends on. */
  readonly of: string
  readonly value: unknown
}

/** Results by name. Each is valid only for the inputs that it was computed from. */
export class AuditCheckpoint {
  readonly #path: string
  readonly #entries = new Map<string, Entry>()

  /** A file that cannot be parsed counts as empty, so everything is computed again. */
  constructor(path: string) {
    this.#path = path
    if (!existsSync(path)) return
    try {
      for (const entry of JSON.parse(readFileSync(path, 'utf8')) as Entry[]) this.#entries.set(entry.name, entry)
    } catch {
      this.#entries.clear()
    }
  }

  /** The stored value of `name` if it has the same dependencies. Otherwise the value is computed and stored. */
  async getOrCompute<T>(name: string, dependencies: string, compute: () => Promise<T>): Promise<T> {
    const hash = createHash('sha256').update(dependencies).digest('hex')
    const entry = this.#entries.get(name)
    if (entry?.of === hash) return entry.value as T
    const value = await compute()
    this.#entries.set(name, { name, of: hash, value })
    this.#write()
    return value
  }

  /** Deletes the file: the audit is complete. */
  remove(): void {
    rmSync(this.#path, { force: true })
  }

  #write(): void {
    mkdirSync(dirname(this.#path), { recursive: true })
    writeAtomically(this.#path, JSON.stringify([...this.#entries.values()]))
  }
}
