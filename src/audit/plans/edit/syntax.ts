/** The syntax tree of a user's file: its calls, names and comments, with offsets. Parsed by `oxc-parser`, as fast as the file is read. */
import { parseSync, visitorKeys, type CallExpression, type Comment, type Node, type Program } from 'oxc-parser'

/** A parsed file. Offsets count UTF-16 units of `text`. */
export interface ParsedFile {
  readonly text: string
  readonly program: Program
  readonly comments: readonly Comment[]
  readonly calls: readonly CallExpression[]
  readonly names: readonly NameUse[]
}

/** An occurrence of a name. */
export interface NameUse {
  readonly name: string
  readonly start: number
  /** True for a member (`a.name`) and a key (`name: …`), which refer to no variable. */
  readonly isMember: boolean
}

/** Parses a TypeScript or JavaScript file, told apart by the ending of `path`; undefined if the syntax is wrong. */
export function parseFile(path: string, text: string): ParsedFile | undefined {
  const { program, comments, errors } = parseSync(path, text)
  if (errors.length > 0) return undefined
  const calls: CallExpression[] = []
  const names: NameUse[] = []
  visitNodes(program, program, (node, parent) => {
    if (node.type === 'CallExpression') calls.push(node)
    if (node.type === 'Identifier') names.push({ name: node.name, start: node.start, isMember: isMemberName(node, parent) })
  })
  return { text, program, comments, calls, names }
}

function visitNodes(node: Node, parent: Node, visit: (node: Node, parent: Node) => void): void {
  visit(node, parent)
  for (const key of visitorKeys[node.type] ?? []) {
    const children = (node as unknown as Readonly<Record<string, Node | readonly (Node | null)[] | null>>)[key]
    for (const child of [children].flat()) if (child) visitNodes(child, node, visit)
  }
}

function isMemberName(node: Node, parent: Node): boolean {
  if (!('computed' in parent) || parent.computed) return false
  if (parent.type === 'MemberExpression') return parent.property === node
  return 'key' in parent && parent.key === node && !('shorthand' in parent && parent.shorthand)
}

/** True if a comment lies in a range. */
export function hasComment({ comments }: ParsedFile, range: { readonly start: number; readonly end: number }): boolean {
  return comments.some(({ start, end }) => start >= range.start && end <= range.end)
}

/** Value of a string, or of a template without substitutions. */
export function stringValue(node: Node | undefined): string | undefined {
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked ?? undefined
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined
}
