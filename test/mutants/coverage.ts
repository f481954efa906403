/**
 * The code that a process executed, from the reports of V8 that it and its workers wrote into `NODE_V8_COVERAGE` as they ended. A process
 * that is killed writes none.
 */
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Fault } from './faults.ts'

interface ExecutedRange {
  readonly startOffset: number
  readonly endOffset: number
  readonly count: number
}

interface ScriptCoverage {
  readonly url: string
  readonly functions: readonly { readonly ranges: readonly ExecutedRange[] }[]
}

/** A place of faults, as text: several faults share it. */
export const placeOf = ({ path, start }: Pick<Fault, 'path' | 'start'>): string => `${path}:${start}`

/** The places of faults that were executed. Types are erased by blanks, so offsets of a text are offsets of its program. */
export function executedPlaces(folder: string, faults: readonly Fault[]): Set<string> {
  const byUrl = Map.groupBy(faults, ({ path }) => pathToFileURL(resolve(path)).href)
  const executed = new Set<string>()
  for (const name of globSync('coverage-*.json', { cwd: folder })) {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: readonly ScriptCoverage[] }
    for (const script of result)
      for (const fault of byUrl.get(script.url) ?? [])
        // The range of the right side of && and || begins at the operator, which acts on the left side, too.
        if (isExecuted(script, fault.start) || isExecuted(script, fault.start - 1)) executed.add(placeOf(fault))
  }
  return executed
}

/** The innermost range around an offset has its count. */
function isExecuted({ functions }: ScriptCoverage, offset: number): boolean {
  let innermost: ExecutedRange | undefined
  for (const { ranges } of functions)
    for (const range of ranges) if (range.startOffset <= offset && offset < range.endOffset && isWithin(range, innermost)) innermost = range
  return innermost !== undefined && innermost.count > 0
}

const isWithin = (inner: ExecutedRange, outer: ExecutedRange | undefined): boolean =>
  outer === undefined || inner.endOffset - inner.startOffset <= outer.endOffset - outer.startOffset
