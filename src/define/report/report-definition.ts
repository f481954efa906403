/**
 * Content of a report, from a model or from groups: the inputs of its rows, the column that they are about, and how long keys
 * stay active.
 */
import { show, durationText, type StrictOmit } from '../../base/index.ts'
import { isGroupOf } from '../model/every.ts'
import { GroupValue } from '../feature/features.ts'
import { featuresIn, flattenInputs, type ModelInput } from '../model/inputs.ts'
import type { ColumnIR, ExprIR, ModelIR, ReportIR } from '../ir/ir.ts'
import { mistake } from '../mistake/mistake.ts'
import { ModelValue } from '../model/model.ts'
import { rejectBefore, triggerFields, triggerRealm, type FeatureRead } from '../model/trigger.ts'
import { boundedDurationOf } from '../expression/window.ts'

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
  const { column, groups, inputs, rules } = definition
  const reads = [...inputs.map(({ ir }) => ir.expr), ...rules].flatMap(featuresIn).map(({ group: name, name: feature }): FeatureRead => {
    const { ir } = groups.find(group => group.name === name)!
    return { group: ir, feature: ir.features.find(candidate => candidate.name === feature)! }
  })
  rejectBefore(subject, 'a report', reads)
  const entity = column.entity!
  if (!reads.some(({ group }) => isGroupOf(group.entity, entity)))
    mistake(
      `${subject} reads no group of ${entity} alone, so that nothing shows which ${entity} is active; report on a model that reads one`,
    )
  return {
    ...definition,
    live: live === undefined ? (definition.live ?? longestWindow(subject, entity, reads)) : boundedDurationOf(`${subject}: live`, live),
  }
}

interface ContentWithRules extends StrictOmit<ReportContent, 'live'> {
  readonly live?: number
  /** Conditions of the model's rules, which may use more than its inputs. */
  readonly rules: readonly ExprIR[]
}

function ofModel(subject: string, model: ModelValue): ContentWithRules {
  const { ir, trigger, groups, inputs } = model
  const rules = rulesOf(ir)
  const leaves = [...inputs.map(input => input.ir.expr), ...rules].flatMap(columnsRead)
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
    rules,
    model,
    groups,
  }
}

function ofGroups(subject: string, of: unknown): ContentWithRules {
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
  const { [entity]: key } = triggerFields({ name: 'a report', columns: [column] }, realm)
  const inputs = flattenInputs(subject, Object.fromEntries(entries.map(([name, group]) => [name, group.of(key)])), realm)
  return {
    of: { kind: 'inputs', inputs: inputs.map(({ ir }) => ir) },
    column,
    inputs,
    rules: [],
    model: undefined,
    groups: [...new Set(entries.map(([, group]) => group))],
  }
}

const rulesOf = ({ score }: ModelIR): ExprIR[] => (score.kind === 'rules' ? score.rules.map(({ when }) => when) : [])

/** Columns of the trigger that an expression uses, or reads features by. */
function columnsRead(expr: ExprIR): readonly string[] {
  if (expr.op === 'trigger') return [expr.name]
  if (expr.op === 'feature') return expr.key
  if ('left' in expr) return [...columnsRead(expr.left), ...columnsRead(expr.right)]
  return 'of' in expr ? columnsRead(expr.of) : []
}

function longestWindow(subject: string, entity: string, reads: readonly FeatureRead[]): number {
  const windows = reads.map(({ feature }) => feature.window).filter(window => window !== 'lifetime')
  if (windows.length > 0) return Math.max(...windows)
  return mistake(
    `${subject} reads lifetime windows only and needs live, how long a ${entity} stays active after its last event: ` +
      `live: '${durationText(30 * 86_400_000)}'`,
  )
}
