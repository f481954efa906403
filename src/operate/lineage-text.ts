/** A lineage as a drawing: Graphviz's DOT and Mermaid's flowchart, from left to right, one node a column, feature, model, action or report. */
import type { Lineage, LineageKind, LineageNode } from './lineage.ts'

const dotShapes: Readonly<Record<LineageKind, string>> = {
  column: 'cylinder',
  field: 'note',
  feature: 'box',
  model: 'component',
  action: 'cds',
  report: 'folder',
}

const mermaidBrackets: Readonly<Record<LineageKind, readonly [open: string, close: string]>> = {
  column: ['[(', ')]'],
  field: ['([', '])'],
  feature: ['[', ']'],
  model: ['{{', '}}'],
  action: ['[[', ']]'],
  report: ['[/', '/]'],
}

/** A directed graph for `dot -Tsvg`. Labels of edges are roles. */
export function lineageDot({ pipeline, nodes, edges }: Lineage): string {
  const id = ({ kind, name }: LineageNode): string => quoted(`${kind} ${name}`)
  return [
    `digraph ${quoted(pipeline)} {`,
    '  rankdir=LR',
    ...nodes.map(node => `  ${id(node)} [label=${quoted(node.name)}, shape=${dotShapes[node.kind]}]`),
    ...edges.map(({ from, to, roles }) => `  ${id(from)} -> ${id(to)} [label=${quoted(roles.join(', '))}]`),
    '}',
  ].join('\n')
}

/** A flowchart for Markdown on GitHub, and for `mermaid`. Labels of edges are roles. */
export function lineageMermaid({ nodes, edges }: Lineage): string {
  const places = new Map(nodes.map(({ kind, name }, place) => [`${kind} ${name}`, place]))
  const id = ({ kind, name }: LineageNode): string => `n${places.get(`${kind} ${name}`)}`
  return [
    'flowchart LR',
    ...nodes.map(node => {
      const [open, close] = mermaidBrackets[node.kind]
      return `  ${id(node)}${open}"${entities(node.name)}"${close}`
    }),
    ...edges.map(({ from, to, roles }) => `  ${id(from)} -->|${roles.join(', ')}| ${id(to)}`),
  ].join('\n')
}

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

/** Names are letters, digits and a few signs; a quote would end a label of Mermaid. */
const entities = (text: string): string => text.replaceAll('"', '#quot;')
