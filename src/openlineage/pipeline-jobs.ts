/**
 * The jobs of a pipeline: the running pipeline itself, its stages, which are its children, and everything periodic.
 *
 * A stage ingests a source, computes a streamed feature group, decides with a model, or performs an action. So a catalog shows the way of a
 * column through features and decisions to actions, and not one job with everything as its input and its output.
 */
import { definitionOf } from '../base/index.ts'
import { groupReads } from '../decision/index.ts'
import type { GroupIR, ModelIR, PipelineIR, ReportIR } from '../define/ir/index.ts'
import { reportModel } from '../decision/index.ts'
import { PipelineDatasets } from './datasets.ts'
import { facetOf, type LineageDataset, type LineageFacets, type LineageJob, type LineageName } from './run-event.ts'

/** Longest definition that a job carries as its source code, characters of JSON: trees and levels of models may have megabytes. */
const SOURCE_CODE_CHARS_MAX = 16_384

interface Described {
  readonly owner?: string
  readonly description?: string
}

interface JobKind {
  readonly processing: 'BATCH' | 'STREAMING'
  readonly type: string
  readonly definition?: Described
  /** Describes the job if its definition does not. */
  readonly text: string
}

/** The jobs of one pipeline in one namespace. */
export class PipelineJobs {
  readonly datasets: PipelineDatasets
  readonly #ir: PipelineIR
  readonly #namespace: string

  /** `dataUri` is the place of the data folder, as a URI. */
  constructor(ir: PipelineIR, namespace: string, dataUri: string) {
    this.#ir = ir
    this.#namespace = namespace
    this.datasets = new PipelineDatasets(ir, namespace, dataUri)
  }

  /** The running pipeline. Its datasets are those of its stages. */
  pipeline(): LineageJob {
    const { name } = this.#ir
    return this.#job(name, { processing: 'STREAMING', type: 'PIPELINE', text: `the running pipeline ${name}` }, [], [])
  }

  /** The stages of the running pipeline, from sources to actions. */
  stages(): LineageJob[] {
    const { sources, groups, models, actions = [] } = this.#ir
    return [
      ...sources.map(source =>
        this.#stage('ingest', source.name, `validates and deduplicates events of ${source.name}`, [], this.datasets.events(source)),
      ),
      ...groups
        .filter(isStreamed)
        .map(group =>
          this.#stage(
            'compute',
            group.name,
            `computes features of ${group.name} at each event`,
            [this.#eventsOf(group)],
            this.#features(group),
            group,
          ),
        ),
      ...models.map(model =>
        this.#stage('decide', model.name, `decides with model ${model.name}`, this.#decisionInputs(model), this.#decisions(model), model),
      ),
      ...actions.map(action => {
        const model = this.#model(action.model)
        const effects = withFacets(this.datasets.effects(action, model), this.datasets.effectsLineage(action.name, model))
        return this.#stage('act', action.name, `performs action ${action.name}`, [this.datasets.decisions(model)], effects, action)
      }),
    ]
  }

  /** A batch run of a feature group. */
  batchRun(name: string): LineageJob | undefined {
    const group = this.#ir.groups.find(candidate => candidate.name === name)
    const kind = { processing: 'BATCH', type: 'BATCH_RUN', text: `computes features of ${name} from the log` } as const
    return (
      group &&
      this.#job(`${this.#ir.name}.batch-run.${name}`, { ...kind, definition: group }, [this.#eventsOf(group)], [this.#features(group)])
    )
  }

  /** A training of a model. */
  training(name: string): LineageJob | undefined {
    const model = this.#ir.models.find(candidate => candidate.name === name && candidate.train)
    if (!model) return undefined
    const { label } = model
    const labels = label ? [this.datasets.events(definitionOf(this.#ir.sources, label.source))] : []
    const inputs = [...this.#vectorInputs(model), ...labels]
    const outputs = this.datasets.parameters(model).map(output => withFacets(output, this.datasets.parametersLineage(model)))
    const kind = { processing: 'BATCH', type: 'TRAINING', text: `trains model ${name}`, definition: model } as const
    return this.#job(`${this.#ir.name}.training.${name}`, kind, distinct(inputs), outputs)
  }

  /** A report. */
  report(name: string): LineageJob | undefined {
    const report = this.#ir.reports?.find(candidate => candidate.name === name)
    if (!report) return undefined
    const { of } = report
    const parameters = of.kind === 'model' ? this.datasets.parameters(this.#model(of.model)) : []
    const inputs = [...this.#liveEvents(report), ...this.#featuresOf(reportModel(this.#ir, report)), ...parameters]
    const output = withFacets(this.datasets.report(report), this.datasets.reportLineage(report))
    const kind = { processing: 'BATCH', type: 'REPORT', text: `writes report ${name}`, definition: report } as const
    return this.#job(`${this.#ir.name}.report.${name}`, kind, distinct(inputs), [output])
  }

  /** A comparison of recorded decisions with SQL over the log. */
  reconciliation(): LineageJob {
    const { name, sources, models } = this.#ir
    const inputs = [...sources.map(source => this.datasets.events(source)), ...models.map(model => this.datasets.decisions(model))]
    const kind = { processing: 'BATCH', type: 'RECONCILIATION', text: 'compares recorded decisions with SQL over the log' } as const
    return this.#job(`${name}.reconciliation`, kind, inputs, [])
  }

  /** A backfill of feature groups into a folder of Parquet files. */
  backfill(groups: readonly string[], folder: string): LineageJob {
    const { name } = this.#ir
    const own = this.#ir.groups.filter(group => groups.includes(group.name))
    const outputs = own.map(group => {
      const features = this.#features(group)
      return { ...features, namespace: 'file', name: `${folder}/${group.name}` }
    })
    const kind = { processing: 'BATCH', type: 'BACKFILL', text: 'writes the history of feature values' } as const
    return this.#job(`${name}.backfill`, kind, distinct(own.map(group => this.#eventsOf(group))), outputs)
  }

  #stage(
    verb: string,
    name: string,
    text: string,
    inputs: readonly LineageDataset[],
    output: LineageDataset,
    definition: Described = {},
  ): LineageJob {
    const kind = { processing: 'STREAMING', type: 'STAGE', text, definition } as const
    return this.#job(`${this.#ir.name}.${verb}.${name}`, kind, inputs, [output])
  }

  #job(name: string, kind: JobKind, inputs: readonly LineageDataset[], outputs: readonly LineageDataset[]): LineageJob {
    return { namespace: this.#namespace, name, facets: jobFacets(kind), inputs, outputs }
  }

  #eventsOf({ source }: GroupIR): LineageDataset {
    return this.datasets.events(definitionOf(this.#ir.sources, source))
  }

  #features(group: GroupIR): LineageDataset {
    return withFacets(this.datasets.features(group), this.datasets.featuresLineage(group))
  }

  #decisions(model: ModelIR): LineageDataset {
    return withFacets(this.datasets.decisions(model), this.datasets.decisionsLineage(model))
  }

  #decisionInputs(model: ModelIR): LineageDataset[] {
    return [...this.#vectorInputs(model), ...this.datasets.parameters(model)]
  }

  /** Events or requests that trigger a model, events that keep its keys active, and its features. */
  #vectorInputs(model: ModelIR): LineageDataset[] {
    const { decide } = model
    const triggers =
      decide.kind === 'on' ? [this.datasets.events(definitionOf(this.#ir.sources, decide.source))] : this.datasets.requests(model)
    const live = decide.kind === 'every' ? this.#liveEvents({ column: decide.column, model }) : []
    return distinct([...triggers, ...live, ...this.#featuresOf(model)])
  }

  #featuresOf(model: ModelIR): LineageDataset[] {
    const names = new Set(groupReads(this.#ir, model).map(({ group }) => group.name))
    return this.#ir.groups.filter(({ name }) => names.has(name)).map(group => this.datasets.features(group))
  }

  /** Events of the groups of the key's entity alone, which keep keys active. */
  #liveEvents(of: ReportIR | { readonly column: ReportIR['column']; readonly model: ModelIR }): LineageDataset[] {
    const model = 'model' in of ? of.model : reportModel(this.#ir, of)
    return groupReads(this.#ir, model).map(({ group }) => this.#eventsOf(group))
  }

  #model(name: string): ModelIR {
    return definitionOf(this.#ir.models, name)
  }
}

/** Is a group computed at each event, all or part of it? */
const isStreamed = ({ place: { kind } }: GroupIR): boolean => kind !== 'batch' && kind !== 'scheduled'

const withFacets = (dataset: LineageDataset, facets: LineageFacets): LineageDataset => ({
  ...dataset,
  facets: { ...dataset.facets, ...facets },
})

function distinct<D extends LineageName>(datasets: readonly D[]): D[] {
  return [...new Map(datasets.map(dataset => [`${dataset.namespace}\n${dataset.name}`, dataset])).values()]
}

function jobFacets({ processing, type, definition, text }: JobKind): LineageFacets {
  const { owner, description } = definition ?? {}
  const code = definition && JSON.stringify(definition)
  return {
    jobType: facetOf('JobTypeJobFacet', { processingType: processing, integration: 'SPILLWAY', jobType: type }),
    documentation: facetOf('DocumentationJobFacet', { description: description ?? text }),
    ...(owner !== undefined && { ownership: facetOf('OwnershipJobFacet', { owners: [{ name: owner }] }) }),
    ...(code !== undefined &&
      code.length > 2 &&
      code.length <= SOURCE_CODE_CHARS_MAX && { sourceCode: facetOf('SourceCodeJobFacet', { language: 'json', sourceCode: code }) }),
  }
}
