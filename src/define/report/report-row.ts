/** The row of a report as expressions, for its `where`. */
import { didYouMean } from '../../base/index.ts'
import type { ModelInput } from '../model/inputs.ts'
import { mistake } from '../mistake/mistake.ts'
import { Node, type Realm } from '../expression/node.ts'
import { strictRecord } from '../mistake/strict-record.ts'

/** An input whose values the report shows. */
export type ReportInput = ModelInput

/** Columns of a row as expressions: `score`, and the inputs under `vector`, nested. Each is a `column` by its name in the report. */
export function reportRow(
  subject: string,
  inputs: readonly ReportInput[],
  hasScore: boolean,
): { readonly realm: Realm; readonly row: object } {
  const realm: Realm = { scope: 'input', name: `the rows of ${subject}`, make: (ir, type) => new Node(realm, ir, type) }
  const vector: Tree = {}
  for (const { ir, node } of inputs) {
    const column = realm.make({ op: 'column', name: `vector.${ir.name}`, type: ir.expr.type }, node.type)
    plant(vector, ir.name.split('.'), column)
  }
  const row: Tree = { vector, ...(hasScore && { score: realm.make({ op: 'column', name: 'score', type: 'double' }, { type: 'double' }) }) }
  return { realm, row: strict(subject, row, []) }
}

/** True for columns that rows can be ordered by; a list has no order. */
export const isSortable = ({ node }: ReportInput): boolean => !node.type.list

interface Tree {
  [name: string]: Node | Tree
}

function plant(tree: Tree, [name, ...rest]: readonly string[], column: Node): void {
  if (rest.length === 0) tree[name] = column
  else plant((tree[name] ??= {}) as Tree, rest, column)
}

/** A record that throws for an unknown name. */
function strict(subject: string, tree: Tree, path: readonly string[]): object {
  const names = Object.keys(tree)
  const own = Object.entries(tree).map(([name, value]) => [name, value instanceof Node ? value : strict(subject, value, [...path, name])])
  return strictRecord(Object.fromEntries(own) as object, name =>
    mistake(`a row of ${subject} has no '${[...path, name].join('.')}'${didYouMean(name, names)}`),
  )
}
