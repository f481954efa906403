/** Our own sources as syntax trees (ESTree, offsets in UTF-16 units), with queries for tests. */
import { posix } from 'node:path'
import { parseSync, visitorKeys, type Node } from 'oxc-parser'
import type { TextFile } from './files.ts'

export type { Node }

export interface Module extends TextFile {
  readonly program: Node
  readonly comments: readonly SourceComment[]
  /** Paths of the files that it imports or re-exports, types included; packages and built-ins are left out. */
  readonly imports: readonly string[]
  /** The names that it imports or re-exports of them, types included. */
  readonly names: readonly ImportedName[]
}

/** A comment without its delimiters. `start` is the offset of its text. */
export interface SourceComment {
  readonly start: number
  readonly value: string
}

export interface ImportedName {
  /** Path of the imported file. */
  readonly path: string
  /** The name in that file; undefined for all of its names, as by `import * as` and `import()`. */
  readonly name: string | undefined
  /** The name under which this file exports it. */
  readonly exportedAs?: string
}

/** Invalid syntax is left to the type check: the readable part is returned. */
export function parseModule({ path, text }: TextFile): Module {
  const { program, module, comments } = parseSync(path, text)
  const dynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) => text.slice(start, end).replace(/^['"`]|['"`]$/g, ''))
  const imported = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? [])),
    ...dynamic,
  ]
  const isOwn = (name: string): boolean => name.startsWith('.')
  const pathOf = (name: string): string => posix.join(posix.dirname(path), name)
  const names = [
    ...module.staticImports.flatMap(({ moduleRequest: { value }, entries }) =>
      entries.map(({ importName }): ImportedName => ({ path: value, name: importName.name ?? undefined })),
    ),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest, importName, exportName }): ImportedName[] =>
        moduleRequest
          ? [{ path: moduleRequest.value, name: importName.name ?? undefined, ...(exportName.name && { exportedAs: exportName.name }) }]
          : [],
      ),
    ),
    ...dynamic.map((name): ImportedName => ({ path: name, name: undefined })),
  ]
  return {
    path,
    text,
    program,
    comments: comments.map(({ start, value }) => ({ start: start + 2, value })),
    imports: [...new Set(imported.filter(isOwn).map(pathOf))],
    names: names.filter(name => isOwn(name.path)).map(name => ({ ...name, path: pathOf(name.path) })),
  }
}

/** The modules of a tree that a test writes down: texts by path. */
export const modulesOf = (files: Readonly<Record<string, string>>): Module[] =>
  Object.entries(files).map(([path, text]) => parseModule({ path, text }))

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
