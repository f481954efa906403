/** Judged histories on disk, so that a proof of an hour and a half that was ended can be continued. They are for the code that judged them alone. */
import { createHash } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HistoryPlan } from './history.ts'
import type { JudgedHistory } from './replay.ts'

const root = join(import.meta.dirname, '../..')

/** Everything that a history depends on. */
const CODE = ['src/**/*.ts', 'test/{operations,action,property/generate}/**/*.ts', 'package-lock.json']

export class JudgedHistories {
  readonly #folder: string

  /** `folder`: for tests. */
  constructor(folder = join(root, '.cache/prove-operations', codeHash())) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true })
  }

  get(plan: HistoryPlan): JudgedHistory | undefined {
    try {
      return JSON.parse(readFileSync(this.#fileOf(plan), 'utf8')) as JudgedHistory
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  /** Returns the history. A file under its name is always whole. */
  put(plan: HistoryPlan, history: JudgedHistory): JudgedHistory {
    const file = this.#fileOf(plan)
    writeFileSync(`${file}.part`, JSON.stringify(history))
    renameSync(`${file}.part`, file)
    return history
  }

  #fileOf(plan: HistoryPlan): string {
    return join(this.#folder, `${plan.seed}-${hashOf([JSON.stringify(plan)])}.json`)
  }
}

/** A hash of the code of the product and of the proof, without tests. */
function codeHash(): string {
  const files = globSync(CODE, { cwd: root }).filter(file => !file.endsWith('.test.ts'))
  return hashOf(files.toSorted().flatMap(file => [file, readFileSync(join(root, file))]))
}

function hashOf(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(String(part.length)).update(part)
  return hash.digest('hex').slice(0, 16)
}
