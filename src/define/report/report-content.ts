/**
 * Content of a report, from a model or from groups: the inputs of its rows, the column that they are about, how long keys stay
 * active, and the row as expressions for `where`.
 */
import { show, type StrictOmit } from '../../base/index.ts'
import { isGroupOf, longestWindow } from '../model/every.ts'
import { GroupValue } from '../feature/features.ts'
import { featureReads, flattenInputs, ruleConditions, type ModelInput } from '../model/inputs.ts'
import type { ColumnIR, ExprIR, ReportIR } from '../ir/ir.ts'
import { expressionLeaves } from '../ir/value-ir.ts'
import { mistake } from '../mistake/mistake.ts'
import { ModelValue } from '../model/model.ts'
import { columnNodes } from '../source/source.ts'
import { rejectBefore, triggerRealm } from '../model/trigger.ts'
import { boundedDurationOf } from '../expression/window.ts'
import { inputRealm, Node, scoreColumn, type Realm } from '../expression/node.ts'
import { strictRecord } from '../mistake/names.ts'

/** Content of a report. */
export interface ReportContent {
  readonly of: ReportIR['of']
  readonly column: ColumnIR
  readonly live: number
  readonly inputs: readonly ModelInput[]
  /** The model, if the report has one. */
  readonly model: ModelValue | undefined
  readonly groups: readonly GroupValue[]
}

/** Content of a report's options. Throws `SPILL_DEFINITION`. */
export function reportContentOf(subject: string, { of, live }: { readonly of?: unknown; readonly live?: unknown }): ReportContent {
  const definition = of instanceof ModelValue ? ofModel(subject, of) : ofGroups(subject, of)
  const reads = featureReads(definition.expressions, definition.groups)
  rejectBefore(subject, 'a report', reads)
  const entity = definition.column.entity!
  if (!reads.some(({ group }) => isGroupOf(group.entity, entity)))
    mistake(
      `${subject} reads no group of ${entity} alone, so that nothing shows which ${entity} is active; report on a model that reads one`,
    )
  return {
    ...definition,
    live:
      live === undefined
        ? (definition.live ?? longestWindow(subject, entity, reads, "live: '30d'"))
        : boundedDurationOf(`${subject}: live`, live),
  }
}

interface ContentWithReads extends StrictOmit<ReportContent, 'live'> {
  readonly live?: number
  /** Those of the inputs, and of the model's rules, which may use more than its inputs. */
  readonly expressions: readonly ExprIR[]
}

function ofModel(subject: string, model: ModelValue): ContentWithReads {
  const { ir, trigger, groups, inputs } = model
  const expressions = [...inputs.map(input => input.ir.expr), ...ruleConditions(ir.score)]
  const leaves = expressions.flatMap(expressionLeaves).flatMap(leaf => (leaf.op === 'feature' ? leaf.key : leaf.name))
  const [name, other] = new Set(leaves)
  const column = trigger.columns.find(candidate => candidate.name === name)
  if (other !== undefined || column?.entity === undefined) {
    const stray = leaves.find(leaf => trigger.columns.find(candidate => candidate.name === leaf)?.entity === undefined) ?? other
    mistake(
      stray === undefined
        ? `${subject} is of model '${ir.name}', which reads no features; report on one that reads those of an entity`
        : `${subject} is of model '${ir.name}', which looks at '${stray}' of ${trigger.name}, ` +
            `and a row of a report is about a key alone; ` +
            'report on a model that reads features of one entity, or on groups: of: { recent, history }',
    )
  }
  return {
    of: { kind: 'model', model: ir.name },
    column: { ...column, nullable: false },
    ...(ir.decide.kind === 'every' && { live: ir.decide.live }),
    inputs,
    expressions,
    model,
    groups,
  }
}

function ofGroups(subject: string, of: unknown): ContentWithReads {
  if (of === null || typeof of !== 'object' || of instanceof GroupValue || Array.isArray(of) || Object.keys(of).length === 0)
    mistake(
      `${subject} is of ${of instanceof GroupValue ? `the group '${of.name}'` : show(of)}; ` +
        `write of: a model, or groups by their names in the report: ` +
        `of: { ${of instanceof GroupValue ? of.name : 'recent, history'} }`,
    )
  const entries = Object.entries(of).map(([name, group]: [string, unknown]): [string, GroupValue] => {
    if (group instanceof GroupValue) return [name, group]
    return mistake(`${subject}: '${name}' in of is ${show(group)}; write a group made by features(…)`)
  })
  const [[, first]] = entries
  const [entity] = first.ir.entity
  const stray = entries.find(([, { ir }]) => !isGroupOf(ir.entity, entity))
  if (stray)
    mistake(
      `${subject} is about one entity, ` +
        `and group '${stray[1].name}' is of ${stray[1].ir.entity.join(' and ')}${stray[1] === first ? '' : `, not of ${entity}`}; ` +
        'leave it out, or report on a model that reads it',
    )
  const own = first.source.ir.columns.find(({ name }) => name === first.ir.key[0])!
  const column: ColumnIR = { ...own, name: entity, nullable: false }
  const realm = triggerRealm(subject)
  const { [entity]: key } = columnNodes('trigger', [column], realm, 'a report')
  const inputs = flattenInputs(subject, Object.fromEntries(entries.map(([name, group]) => [name, group.of(key)])), realm)
  return {
    of: { kind: 'inputs', inputs: inputs.map(({ ir }) => ir) },
    column,
    inputs,
    expressions: inputs.map(({ ir }) => ir.expr),
    model: undefined,
    groups: [...new Set(entries.map(([, group]) => group))],
  }
}

/** Columns of a row as expressions: `score`, and the inputs under `vector`, nested. Each is a `column` by its name in the report. */
export function reportRow(subject: string, { of, inputs }: ReportContent): { readonly realm: Realm; readonly row: object } {
  const realm = inputRealm(`the rows of ${subject}`)
  const vector: Tree = {}
  for (const { ir, node } of inputs) {
    const column = realm.make({ op: 'column', name: `vector.${ir.name}`, type: ir.expr.type }, node.type)
    plant(vector, ir.name.split('.'), column)
  }
  return { realm, row: strict(`a row of ${subject} has no`, { vector, ...(of.kind === 'model' && { score: scoreColumn(realm) }) }) }
}

/** Names of the columns that rows can be ordered by; a list has no order. */
export const sortableColumns = ({ of, inputs }: ReportContent): string[] => [
  ...(of.kind === 'model' ? ['score'] : []),
  ...inputs.filter(({ node }) => !node.type.list).map(({ ir }) => `vector.${ir.name}`),
]

interface Tree {
  [name: string]: Node | Tree
}

function plant(tree: Tree, [name, ...rest]: readonly string[], column: Node): void {
  if (rest.length === 0) tree[name] = column
  else plant((tree[name] ??= {}) as Tree, rest, column)
}

/** Strict records, nested as the tree. */
function strict(lacks: string, tree: Tree, path = ''): object {
  const fields = Object.entries(tree).map(([name, value]) => [
    name,
    value instanceof Node ? value : strict(lacks, value, `${path}${name}.`),
  ])
  return strictRecord(Object.fromEntries(fields) as object, lacks, path)
}
