/**
 * A registry in a folder of its own, for work on files: each named value is a file, `version/fraud/0000000003.json`, and the file of a version that is a graph of ONNX is that file,
 * `onnx/fraud/0000000003.onnx`.
 *
 * One process at a time. A file is whole or not there; of several that are committed together a crash may leave the first.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeWhole } from '../../base/write-whole.ts'
import { SpillwayError } from '../../base/errors.ts'
import type { NamedValues, Put } from './registry.ts'

const ENDING = '.json'
const ONNX = 'onnx/'

export class RegistryFolder implements NamedValues {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  get(name: string): string | undefined {
    const file = this.#fileOf(name)
    return existsSync(file) ? this.#does(() => readFileSync(file, name.startsWith(ONNX) ? 'base64' : 'utf8')) : undefined
  }

  named(prefix: string): [name: string, value: string][] {
    const folder = dirname(`${prefix}x`)
    const path = join(this.#path, folder)
    if (!existsSync(path)) return []
    const names = this.#does(() => readdirSync(path)).filter(name => name.endsWith(ENDING))
    return names
      .map(name => `${folder}/${name.slice(0, -ENDING.length)}`)
      .filter(name => name.startsWith(prefix))
      .sort()
      .map(name => [name, this.get(name)!])
  }

  /** Throws `SPILL_STORE`. */
  commit(puts: readonly Put[]): void {
    for (const [name, value] of puts) {
      const file = this.#fileOf(name)
      this.#does(() => {
        if (value === null) return rmSync(file, { force: true })
        mkdirSync(dirname(file), { recursive: true })
        writeWhole(file, value, { encoding: name.startsWith(ONNX) ? 'base64' : 'utf8' })
      })
    }
  }

  #fileOf(name: string): string {
    return join(this.#path, `${name}${name.startsWith(ONNX) ? '.onnx' : ENDING}`)
  }

  #does<T>(act: () => T): T {
    try {
      return act()
    } catch (error) {
      throw new SpillwayError('SPILL_STORE', `is no registry that can be used: ${(error as Error).message}`, {
        place: this.#path,
        cause: error,
      })
    }
  }
}
