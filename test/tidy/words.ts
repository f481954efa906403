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

/** Files that read the messages of others, which have no codes for these causes. */
export const foreignMessages: Readonly<Record<string, string>> = {
  'src/audit/cost/range.ts': 'Node: the first part alone of a failed read',
  'src/base/errors.ts': 'takes the place off a message, which `place` of the error tells',
  'src/cli/command/command.ts': 'Node: the first sentence alone of a wrong option',
  'src/cli/command/pipeline-file.ts': 'Node: a missing module or export, an unknown name',
  'src/define/feature/placement.ts': 'croner: a wrong cron expression',
  'src/define/mistake/mistake.ts': 'V8: a method that does not exist',
  'src/files/parquet/parquet-writer.ts': 'DuckDB: a failed write, under the name of the final file',
  'src/files/parquet/parquet-reader.ts': 'DuckDB: the first line alone',
  'src/kafka/platformatic/connection-alerts.ts': 'the Kafka client: a closed connection',
  'src/kafka/platformatic/errors.ts': 'the Kafka client: an unknown topic',
  'src/kafka/platformatic/security-errors.ts': 'the Kafka client: a failed login',
  'src/replay/report-file.ts': 'names the final file in place of the temporary one',
  'src/sources/kafka/topic-errors.ts': 'a Kafka broker: the names of its error codes',
  'src/sql/duckdb/engine.ts': 'DuckDB: an overflow',
}

const messageMethods = new Set(['includes', 'startsWith', 'endsWith', 'match', 'replace', 'replaceAll', 'indexOf', 'split'])
const patternMethods = new Set(['test', 'exec'])

/**
 * Uses of the text of an error's message to decide or to reword: a later wording breaks them. A code, a place or a field says the same. Entries of
 * `allowed` for files without such a use are found too.
 */
export function matchedMessages(modules: readonly Module[], allowed: Readonly<Record<string, string>> = foreignMessages): string[] {
  const matches = modules
    .filter(({ path }) => roomOf(path) !== undefined && !isTest(path))
    .map(module => ({ path: module.path, lines: messageMatches(module) }))
    .filter(({ lines }) => lines.length > 0)
  return [
    ...matches
      .filter(({ path }) => !Object.hasOwn(allowed, path))
      .flatMap(({ path, lines }) =>
        lines.map(line => `${path}:${line} matches the text of a message; use a code, a place or a field of the error`),
      ),
    ...Object.keys(allowed)
      .filter(allowedPath => !matches.some(({ path }) => path === allowedPath))
      .map(path => `${path} matches no message any more: take it off the list`),
  ]
}

/** Lines of a file that match the text of a message. */
function messageMatches({ text, program }: Module): number[] {
  const lines: number[] = []
  walk(program, node => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression' || node.callee.property.type !== 'Identifier') return
    const { object, property } = node.callee
    const [first] = node.arguments
    if ((messageMethods.has(property.name) && isMessage(object)) || (patternMethods.has(property.name) && first && isMessage(first)))
      lines.push(lineOf(text, node.start))
  })
  return lines
}

const isMessage = (node: Node): boolean =>
  isNamed(node, 'message') || (node.type === 'MemberExpression' && node.property.type === 'Identifier' && node.property.name === 'message')
