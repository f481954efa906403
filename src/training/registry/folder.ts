/**
 * A model registry in a folder, for work on files: one file per named value, `version/fraud/0000000003.json`, and one per ONNX graph,
 * `onnx/fraud/0000000003.onnx`.
 *
 * One process at a time. Files are written atomically; a crash in a commit of several values may keep the first ones only.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeAtomically } from '../../base/node/index.ts'
import { SpillwayError } from '../../base/index.ts'
import type { NamedValues, NamedWrite } from '../../log/index.ts'

const ENDING = '.json'
const ONNX = 'onnx/'

/** Named values as files. */
export class RegistryFolder implements NamedValues {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  get(name: string): string | undefined {
    const file = this.#fileOf(name)
    return existsSync(file) ? this.#guard(() => readFileSync(file, name.startsWith(ONNX) ? 'base64' : 'utf8')) : undefined
  }

  named(prefix: string): [name: string, value: string][] {
    const folder = dirname(`${prefix}x`)
    const path = join(this.#path, folder)
    if (!existsSync(path)) return []
    const names = this.#guard(() => readdirSync(path)).filter(name => name.endsWith(ENDING))
    return names
      .map(name => `${folder}/${name.slice(0, -ENDING.length)}`)
      .filter(name => name.startsWith(prefix))
      .sort()
      .map(name => [name, this.get(name)!])
  }

  /**
   * Writes values one after the other.
   * @throws `SPILL_STORE` if the folder cannot be used.
   */
  commit(puts: readonly NamedWrite[]): void {
    for (const [name, value] of puts) {
      const file = this.#fileOf(name)
      this.#guard(() => {
        if (value === null) return rmSync(file, { force: true })
        mkdirSync(dirname(file), { recursive: true })
        writeAtomically(file, value, { encoding: name.startsWith(ONNX) ? 'base64' : 'utf8' })
      })
    }
  }

  #fileOf(name: string): string {
    return join(this.#path, `${name}${name.startsWith(ONNX) ? '.onnx' : ENDING}`)
  }

  #guard<T>(act: () => T): T {
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
