/** Our own sources as syntax trees (ESTree, offsets in UTF-16 units), with queries for tests. */
import { posix } from 'node:path'
import { parseSync, visitorKeys, type Node } from 'oxc-parser'
import type { TextFile } from './files.ts'

export type { Node }

export interface Module extends TextFile {
  readonly program: Node
  /** Paths of the files that it imports or re-exports, types included; packages and built-ins are left out. */
  readonly imports: readonly string[]
}

/** Invalid syntax is left to the type check: the readable part is returned. */
export function parseModule({ path, text }: TextFile): Module {
  const { program, module } = parseSync(path, text)
  const dynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) => text.slice(start, end).replace(/^['"`]|['"`]$/g, ''))
  const asked = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? [])),
    ...dynamic,
  ]
  const relative = asked.filter(name => name.startsWith('.')).map(name => posix.join(posix.dirname(path), name))
  return { path, text, program, imports: [...new Set(relative)] }
}

/** Visits a tree from the top; `visit` returns false to skip a node's children. `parents` is the path to it, nearest last. */
export function walk(root: Node, visit: (node: Node, parents: readonly Node[]) => boolean | void): void {
  const parents: Node[] = []
  const go = (node: Node): void => {
    if (visit(node, parents) === false) return
    parents.push(node)
    for (const key of visitorKeys[node.type] ?? []) {
      const child = (node as unknown as Record<string, Node | Node[] | null>)[key]
      for (const one of Array.isArray(child) ? child : [child]) if (one) go(one)
    }
    parents.pop()
  }
  go(root)
}

/** The line of an offset, from 1. */
export function lineOf(text: string, offset: number): number {
  let line = 1
  for (let i = text.indexOf('\n'); i !== -1 && i < offset; i = text.indexOf('\n', i + 1)) line++
  return line
}
