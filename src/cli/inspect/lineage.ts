/** `spillway lineage`: prints which columns, features and scores each feature, model, action and report of a pipeline depends on. */
import { lineageAround, lineageOf, type Lineage, type LineageEdge } from '../../operate/index.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { printEach } from '../command/print.ts'

/** The command `spillway lineage`. */
export const lineageCommand = defineCommand({
  name: 'lineage',
  task: 'Develop',
  takesPipeline: true,
  usage: '[NAME]',
  summary: 'print which columns, features and scores each feature, model, action and report of a pipeline depends on',
  options: { json: { help: 'print one JSON object, and nothing else' } },
  async run({ json = false }, [name, ...extra], project) {
    if (extra.length > 0) throw new UsageError(`expected one name, but also got ${extra.join(', ')}`)
    const { ir } = await project.importPipeline()
    const whole = lineageOf(ir)
    printEach([name === undefined ? whole : lineageAround(whole, name)], { json, textOf: lineageText })
    return 0
  },
})

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
