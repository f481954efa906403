/**
 * The parts of a pipeline that have personal data: the columns that are marked `.personal()`, and what follows from them.
 *
 * A column of an entity that is personal in one source is personal everywhere: it names the same person. A feature follows from a personal
 * column that it aggregates, unless it only counts; an input of a model from each column and feature of its expression; a report from its
 * key and its inputs. Scores follow from nothing: they are what the pipeline is for.
 */
import { expressionLeaves, type ColumnIR, type ExprIR, type GroupIR, type ModelIR, type PipelineIR } from '../../define/ir/index.ts'

type Names = ReadonlySet<string>

/** The personal parts of a model's decisions. */
export interface PersonalDecision {
  /** Fields of a request. */
  readonly fields: Names
  readonly inputs: Names
  readonly key: boolean
  readonly id: boolean
}

/** The personal parts of a pipeline. */
export interface PersonalParts {
  /** Columns by source. */
  readonly columns: ReadonlyMap<string, Names>
  /** Features by group. */
  readonly features: ReadonlyMap<string, Names>
  readonly models: ReadonlyMap<string, PersonalDecision>
  readonly reports: Names
  /** Is nothing personal? */
  readonly isEmpty: boolean
}

/** Aggregates that say how many, and never which. */
const counting: Names = new Set(['count', 'countDistinct', 'timeSinceLast', 'share'])

/** The personal parts of a pipeline. Costs a walk over its definitions. */
export function personalParts(ir: PipelineIR): PersonalParts {
  const entities = personalEntities(ir)
  const columns = new Map(ir.sources.map(source => [source.name, personalOf(source.columns, source.personal, entities)]))
  const features = new Map(ir.groups.map(group => [group.name, personalFeatures(group, columns.get(group.source)!)]))
  const models = new Map(ir.models.map(model => [model.name, personalDecision(ir, model, { columns, features, entities })]))
  const reports = new Set(
    (ir.reports ?? []).flatMap(({ name, of, column }) => {
      const isNamed = column.entity !== undefined && entities.has(column.entity)
      const isRead =
        of.kind === 'model' ? models.get(of.model)!.inputs.size > 0 : of.inputs.some(({ expr }) => reads(expr, new Set(), features))
      return isNamed || isRead ? [name] : []
    }),
  )
  const isEmpty = [...columns.values()].every(({ size }) => size === 0) && [...models.values()].every(({ fields }) => fields.size === 0)
  return { columns, features, models, reports, isEmpty }
}

/** The entities that a marked column identifies. */
function personalEntities({ sources, models }: PipelineIR): Names {
  const requests = models.flatMap(({ decide }) => (decide.kind === 'request' ? [decide] : []))
  return new Set(
    [...sources, ...requests].flatMap(({ columns, personal = [] }) =>
      columns.flatMap(({ name, entity }) => (entity !== undefined && personal.includes(name) ? [entity] : [])),
    ),
  )
}

const personalOf = (columns: readonly ColumnIR[], marked: readonly string[] = [], entities: Names): Names =>
  new Set(columns.flatMap(({ name, entity }) => (marked.includes(name) || (entity !== undefined && entities.has(entity)) ? [name] : [])))

const personalFeatures = ({ features }: GroupIR, columns: Names): Names =>
  new Set(
    features.flatMap(({ name, agg, input }) =>
      input && !counting.has(agg) && expressionLeaves(input).some(leaf => columns.has(leaf.name)) ? [name] : [],
    ),
  )

/** Does an expression refer to a personal column of its trigger, or to a personal feature? */
const reads = (expr: ExprIR, columns: Names, features: ReadonlyMap<string, Names>): boolean =>
  expressionLeaves(expr).some(leaf => (leaf.op === 'feature' ? features.get(leaf.group)!.has(leaf.name) : columns.has(leaf.name)))

function personalDecision(
  { sources }: PipelineIR,
  { decide, inputs }: ModelIR,
  { columns, features, entities }: Pick<PersonalParts, 'columns' | 'features'> & { readonly entities: Names },
): PersonalDecision {
  const source = decide.kind === 'on' ? sources.find(({ name }) => name === decide.source)! : undefined
  const fields = decide.kind === 'request' ? personalOf(decide.columns, decide.personal, entities) : new Set<string>()
  const ticked = decide.kind === 'every' ? personalOf([decide.column], [], entities) : new Set<string>()
  const trigger = source ? columns.get(source.name)! : decide.kind === 'request' ? fields : ticked
  return {
    fields,
    inputs: new Set(inputs.flatMap(({ name, expr }) => (reads(expr, trigger, features) ? [name] : []))),
    key: decide.kind === 'every' ? ticked.size > 0 : trigger.has(source ? source.key : (decide as { readonly key: string }).key),
    id: source?.id !== undefined && trigger.has(source.id),
  }
}
