/** Forbidden texts: names without meaning, the wall clock and randomness outside `base/`, and places of a machine. */
import { isTest, roomOf, type TextFile } from '../sources/files.ts'
import { lineOf, walk, type Module, type Node } from '../sources/syntax.ts'

/** A folder or file of that name collects everything without a place. */
export function emptyNames(files: readonly TextFile[]): string[] {
  return files.filter(({ path }) => /(^|[/.-])(utils?|helpers?|common|misc|stuff)([/.-]|$)/i.test(path)).map(({ path }) => path)
}

const timers = new Set(['setTimeout', 'setInterval', 'setImmediate'])
const readers = new Set(['Date.now', 'Math.random', 'performance.now', 'process.hrtime', 'crypto.randomUUID'])

/** The clock of the dashboard: timers of `base/` have methods of Node. */
const BROWSER_CLOCK = 'src/ui/core/clock.ts'

/** Reads of the clock or of randomness, and timers, in the library but not in `base/`: a seed could not replay them. */
export function uncontrolled(modules: readonly Module[]): string[] {
  const faults: string[] = []
  for (const { path, text, program } of modules) {
    if (roomOf(path) === undefined || roomOf(path) === 'base' || path === BROWSER_CLOCK || isTest(path)) continue
    walk(program, node => {
      const use = uncontrolledBy(node)
      if (use) faults.push(`${path}:${lineOf(text, node.start)} uses ${use}; take it from base/`)
    })
  }
  return faults
}

function uncontrolledBy(node: Node): string | undefined {
  if (node.type === 'NewExpression' && isNamed(node.callee, 'Date') && node.arguments.length === 0) return 'new Date()'
  if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && timers.has(node.callee.name)) return node.callee.name
  if (node.type !== 'MemberExpression' || node.object.type !== 'Identifier' || node.property.type !== 'Identifier') return undefined
  const name = `${node.object.name}.${node.property.name}`
  return readers.has(name) ? name : undefined
}

const isNamed = (node: Node, name: string): boolean => node.type === 'Identifier' && node.name === name

/** Hosts of registries and folders of a machine, which are valid nowhere else. */
const places = [/registry\.(npmjs|yarnpkg|npmmirror)/i, /(?<![\w.~$}/-])\/(work|tmp|root|home|Users)\//]

export function placeNames(files: readonly TextFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, i) => (places.some(place => place.test(line)) ? [`${path}:${i + 1} ${line.trim().slice(0, 100)}`] : [])),
  )
}
