/**
 * The datasets of a pipeline: events of sources, requests, features, models, decisions, effects of actions, reports. Each has its schema;
 * one that a job writes has column lineage, which is made from `lineageOf` alone.
 */
import { definitionOf } from '../base/index.ts'
import {
  type FeatureIR,
  type GroupIR,
  isListAggregate,
  type ModelIR,
  type PipelineIR,
  type ReportIR,
  type SourceIR,
  type TypeIR,
} from '../define/ir/index.ts'
import { reportModel } from '../decision/index.ts'
import { triggerKey } from '../define/model/index.ts'
import { ColumnLineage, type LineageFields } from './column-lineage.ts'
import { facetOf, type LineageDataset, type LineageFacets, type LineageName } from './run-event.ts'

interface SchemaField extends TypeIR {
  readonly name: string
  readonly isList?: boolean
}

/** The datasets of one pipeline in one namespace. */
export class PipelineDatasets {
  readonly #ir: PipelineIR
  readonly #namespace: string
  readonly #dataSource: LineageFacets
  readonly #lineage: ColumnLineage

  /** `dataUri` is the place of the data folder, as a URI. */
  constructor(ir: PipelineIR, namespace: string, dataUri: string) {
    this.#ir = ir
    this.#namespace = namespace
    this.#dataSource = { dataSource: facetOf('DatasourceDatasetFacet', { name: `data folder of ${ir.name}`, uri: dataUri }) }
    this.#lineage = new ColumnLineage(ir, (kind, name) => this.nameOf(kind, name))
  }

  /** The name of a dataset: `shop.features.card_now`. */
  nameOf(kind: string, name: string): LineageName {
    return { namespace: this.#namespace, name: `${this.#ir.name}.${kind}.${name}` }
  }

  /** Validated events of a source, without duplicates. */
  events({ name, columns }: SourceIR): LineageDataset {
    return this.#dataset('events', name, columns, { type: 'STREAM' })
  }

  /** Requests of a model that decides on request. */
  requests({ name, decide }: ModelIR): LineageDataset[] {
    return decide.kind === 'request' ? [this.#dataset('requests', name, decide.columns, { type: 'STREAM' })] : []
  }

  /** Feature values of a group, by key. */
  features(group: GroupIR): LineageDataset {
    const { columns } = definitionOf(this.#ir.sources, group.source)
    const keys = group.key.map(key => definitionOf(columns, key))
    return this.#dataset('features', group.name, [...keys, ...group.features.map(featureField)], {
      type: 'TABLE',
      description: group.description,
    })
  }

  /** Column lineage of the features of a group. */
  featuresLineage(group: GroupIR): LineageFacets {
    return lineageFacet(this.#lineage.ofFeatures(group))
  }

  /** The promoted parameters of a trained model; none of one that is not trained. */
  parameters({ name, train, description }: ModelIR): LineageDataset[] {
    return train ? [this.#dataset('parameters', name, [{ name: 'parameters', type: 'string' }], { type: 'MODEL', description })] : []
  }

  /** Column lineage of the parameters of a model. */
  parametersLineage(model: ModelIR): LineageFacets {
    return lineageFacet(this.#lineage.ofParameters(model))
  }

  /** Recorded decisions of a model: key, time, inputs and score. */
  decisions(model: ModelIR): LineageDataset {
    const key = triggerKey(this.#ir, model)
    return this.#dataset('decisions', model.name, [...decisionFields(key), ...this.#inputFields(model), scoreField], {
      type: 'STREAM',
      description: model.description,
    })
  }

  /** Column lineage of the decisions of a model. */
  decisionsLineage(model: ModelIR): LineageFacets {
    return lineageFacet(this.#lineage.ofDecisions(model))
  }

  /** Effects of an action. */
  effects({ name, description }: { readonly name: string; readonly description?: string }, model: ModelIR): LineageDataset {
    return this.#dataset('effects', name, [...decisionFields(triggerKey(this.#ir, model)), scoreField], { type: 'STREAM', description })
  }

  /** Column lineage of the effects of an action. */
  effectsLineage(action: string, model: ModelIR): LineageFacets {
    return lineageFacet(this.#lineage.ofEffects(action, model))
  }

  /** Rows of a report. */
  report(report: ReportIR): LineageDataset {
    const score = report.of.kind === 'model' ? [scoreField] : []
    const inputs = this.#inputFields(reportModel(this.#ir, report))
    return this.#dataset('reports', report.name, [...decisionFields(report.column), ...score, ...inputs], {
      type: 'FILE',
      description: report.description,
    })
  }

  /** Column lineage of a report. */
  reportLineage(report: ReportIR): LineageFacets {
    return lineageFacet(this.#lineage.ofReport(report))
  }

  #inputFields({ inputs }: Pick<ModelIR, 'inputs'>): SchemaField[] {
    return inputs.map(({ name, expr }) => {
      const feature = expr.op === 'feature' ? this.#feature(expr.group, expr.name) : undefined
      return feature ? { ...featureField(feature), name: inputName(name) } : { name: inputName(name), ...typeOf(expr) }
    })
  }

  #feature(group: string, name: string): FeatureIR {
    return definitionOf(definitionOf(this.#ir.groups, group).features, name)
  }

  #dataset(
    kind: string,
    name: string,
    fields: readonly SchemaField[],
    { type, description }: { readonly type: string; readonly description?: string | undefined },
  ): LineageDataset {
    return {
      ...this.nameOf(kind, name),
      facets: {
        ...this.#dataSource,
        schema: facetOf('SchemaDatasetFacet', { fields: fields.map(schemaField) }),
        datasetType: facetOf('DatasetTypeDatasetFacet', { datasetType: type }),
        ...(description !== undefined && { documentation: facetOf('DocumentationDatasetFacet', { description }) }),
      },
    }
  }
}

/** The field of an input in decisions and reports. */
const inputName = (name: string): string => `vector.${name}`

const scoreField: SchemaField = { name: 'score', type: 'double' }

const decisionFields = (key: TypeIR): SchemaField[] => [
  { name: 'key', ...typeOf(key) },
  { name: 't', type: 'timestamp' },
]

const featureField = ({ name, agg, ...type }: FeatureIR): SchemaField => ({ name, ...typeOf(type), isList: isListAggregate(agg) })

const typeOf = ({ type, scale }: TypeIR): TypeIR => ({ type, ...(scale !== undefined && { scale }) })

const schemaField = ({ name, type, scale, isList }: SchemaField, index: number): object => ({
  name,
  type: `${type}${scale === undefined ? '' : `(${scale})`}${isList === true ? '[]' : ''}`,
  ordinal_position: index + 1,
})

const lineageFacet = ({ fields, dataset }: LineageFields): LineageFacets => ({
  columnLineage: facetOf('ColumnLineageDatasetFacet', { fields, ...(dataset.length > 0 && { dataset }) }),
})
