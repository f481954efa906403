import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Difference } from './compare.ts'
import type { Case } from './case.ts'

/** A shrunk case that once failed. It is replayed before anything random, as long as its file exists. */
export interface Regression {
  readonly proof: 'parity'
  readonly engines: readonly string[]
  /** The difference when it was found. */
  readonly found: Difference
  readonly case: Case
}

const folder = new URL('../regressions/', import.meta.url)

/** Writes a regression under a name with its seed, over an earlier one. Returns the file's name. */
export function record(regression: Regression): string {
  mkdirSync(folder, { recursive: true })
  const name = `parity-${regression.case.seed}-${regression.found.engine}.json`
  writeFileSync(new URL(name, folder), textOf(regression))
  return name
}

/** JSON with a line for each source, group, event and read, so that a person can read the case. */
function textOf({ case: of, ...about }: Regression): string {
  const { ir, ...rest } = of
  return `${object({ ...about, case: RAW }).replace(`"${RAW}"`, () => object({ ir: RAW, ...rest }).replace(`"${RAW}"`, () => object(ir)))}\n`
}

/** Placeholder of a part that is written separately. */
const RAW = 'written below'

function object(fields: object): string {
  const lines = Object.entries(fields).map(
    ([name, value]) => `${JSON.stringify(name)}: ${Array.isArray(value) ? list(value) : JSON.stringify(value)}`,
  )
  return `{\n${lines.join(',\n')}\n}`
}

const list = (items: readonly unknown[]): string => `[\n${items.map(item => JSON.stringify(item)).join(',\n')}\n]`

/** Every regression of `prove parity`, by file name. */
export function storedRegressions(): [name: string, regression: Regression][] {
  const names = readdirSync(folder).filter(name => name.startsWith('parity-') && name.endsWith('.json'))
  return names.toSorted().map(name => [name, JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Regression])
}
