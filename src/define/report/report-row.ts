/** The row of a report, as its conditions are written over it. */
import { didYouMean } from '../../base/did-you-mean.ts'
import type { Input } from '../model/inputs.ts'
import { mistake } from '../mistake/mistake.ts'
import { Node, type Realm } from '../expression/node.ts'
import { strictRecord } from '../mistake/record.ts'

export type ReportedInput = Input

/** The columns of a row as expressions: `score`, and the inputs under `vector`, nested as they are; each is a `column` by its name in the report. */
export function reportRow(
  what: string,
  inputs: readonly ReportedInput[],
  hasScore: boolean,
): { readonly realm: Realm; readonly row: object } {
  const realm: Realm = { scope: 'input', name: `the rows of ${what}`, make: (ir, type) => new Node(realm, ir, type) }
  const vector: Tree = {}
  for (const { ir, node } of inputs) {
    const column = realm.make({ op: 'column', name: `vector.${ir.name}`, type: ir.expr.type }, node.type)
    plant(vector, ir.name.split('.'), column)
  }
  const row: Tree = { vector, ...(hasScore && { score: realm.make({ op: 'column', name: 'score', type: 'double' }, { type: 'double' }) }) }
  return { realm, row: strict(what, row, []) }
}

/** Can rows be put in order by it? A list has no order. */
export const isSortable = ({ node }: ReportedInput): boolean => !node.type.list

interface Tree {
  [name: string]: Node | Tree
}

function plant(tree: Tree, [name, ...rest]: readonly string[], column: Node): void {
  if (rest.length === 0) tree[name] = column
  else plant((tree[name] ??= {}) as Tree, rest, column)
}

/** A record that answers an unknown name with the mistake. */
function strict(what: string, tree: Tree, path: readonly string[]): object {
  const names = Object.keys(tree)
  const own = Object.entries(tree).map(([name, value]) => [name, value instanceof Node ? value : strict(what, value, [...path, name])])
  return strictRecord(Object.fromEntries(own) as object, name =>
    mistake(`a row of ${what} has no '${[...path, name].join('.')}'${didYouMean(name, names)}`),
  )
}
