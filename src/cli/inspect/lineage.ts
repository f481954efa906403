/** `spillway lineage`: prints which columns, features and scores each feature, model, action and report of a pipeline depends on. */
import {
  lineageAround,
  lineageDot,
  lineageMermaid,
  lineageOf,
  type Lineage,
  type LineageDirection,
  type LineageEdge,
} from '../../operate/index.ts'
import { defineCommand, type OptionSpecs, type OptionValues, UsageError } from '../command/command.ts'
import { printEach } from '../command/print.ts'

const options = {
  up: { help: 'print only what NAME depends on' },
  down: { help: 'print only what depends on NAME' },
  json: { help: 'print one JSON object, and nothing else' },
  dot: { help: "print a graph for Graphviz's dot" },
  mermaid: { help: 'print a flowchart for Mermaid' },
} as const satisfies OptionSpecs

type Values = OptionValues<typeof options>

/** The command `spillway lineage`. */
export const lineageCommand = defineCommand({
  name: 'lineage',
  task: 'Develop',
  takesPipeline: true,
  usage: '[NAME] [--up | --down] [--json | --dot | --mermaid]',
  summary: 'print which columns, features and scores each feature, model, action and report of a pipeline depends on',
  options,
  async run(values, [name, ...extra], project) {
    if (extra.length > 0) throw new UsageError(`expected one name, but also got ${extra.join(', ')}`)
    const direction = directionOf(values, name)
    const textOf = textFormOf(values)
    const { ir } = await project.importPipeline()
    const whole = lineageOf(ir)
    printEach([name === undefined ? whole : lineageAround(whole, name, direction)], { json: values.json === true, textOf })
    return 0
  },
})

/** Throws `UsageError` for both directions, and for a direction without a name. */
function directionOf({ up = false, down = false }: Values, name: string | undefined): LineageDirection {
  if (up && down) throw new UsageError('--up and --down exclude each other; leave out both for both directions')
  if ((up || down) && name === undefined)
    throw new UsageError(`name a column, feature, model, action or report: lineage NAME ${up ? '--up' : '--down'}`)
  return up ? 'up' : down ? 'down' : 'both'
}

/** Throws `UsageError` for more than one format. */
function textFormOf({ json = false, dot = false, mermaid = false }: Values): (lineage: Lineage) => string {
  if ([json, dot, mermaid].filter(Boolean).length > 1) throw new UsageError('give one of --json, --dot and --mermaid')
  return dot ? lineageDot : mermaid ? lineageMermaid : lineageText
}

/** Each node that depends on others, with those; at the end the nodes that nothing depends on and that depend on nothing. */
function lineageText({ nodes, edges }: Lineage): string {
  const parts = nodes.flatMap(({ kind, name }) => {
    const own = edges.filter(({ to }) => to.kind === kind && to.name === name)
    return own.length === 0 ? [] : [[`${kind} ${name}`, ...edgeLines(own)].join('\n')]
  })
  const unused = nodes.filter(
    node => !edges.some(({ from, to }) => [from, to].some(end => end.kind === node.kind && end.name === node.name)),
  )
  const rest = unused.length === 0 ? [] : [`nothing reads ${unused.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`]
  return [...parts, ...rest].join('\n')
}

function edgeLines(edges: readonly LineageEdge[]): string[] {
  const sources = edges.map(({ from }) => `${from.kind} ${from.name}`)
  const width = Math.max(...sources.map(({ length }) => length))
  return edges.map(({ roles }, i) => `  ${sources[i].padEnd(width)}  ${roles.join(', ')}`)
}
