/** Pipeline files in a temporary project, written and loaded, so that their placements can be edited. */
import { pathToFileURL } from 'node:url'
import type { PlacementChange } from '../../src/audit/plans/edit/placement-edit.ts'
import type { PlacementIR } from '../../src/define/ir/ir.ts'
import type { Pipeline } from '../../src/define/pipeline.ts'
import { Project } from '../cli/project.ts'

export const nightlyBatch: PlacementIR = { kind: 'batch', schedule: { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }, lasts: 7_200_000 }

/** A file with these definitions; `group` is in the pipeline unless the end says otherwise. */
export const fileOf = (imports: string, definitions: string, end = "export default pipeline('p', [group])"): string => `${imports}
const card = entity('card', t.string())
const payments = source('payments', { schema: { card, amount: t.double(), at: t.timestamp() }, key: 'card', time: 'at' })
${definitions}
${end}
`

export interface LoadedFile {
  readonly name: string
  readonly path: string
  readonly pipeline: Pipeline
}

export class PipelineFiles {
  readonly project = new Project()
  #count = 0

  async load(text: string): Promise<LoadedFile> {
    const name = `pipeline-${this.#count++}.ts`
    this.project.write(name, text)
    const path = this.project.path(name)
    const { default: pipeline } = (await import(pathToFileURL(path).href)) as { default: Pipeline }
    return { name, path, pipeline }
  }

  [Symbol.dispose](): void {
    this.project[Symbol.dispose]()
  }
}

export const changesOf = ({ groupDefinedAt }: Pipeline, to: Readonly<Record<string, PlacementIR>>): PlacementChange[] =>
  Object.entries(to).map(([group, place]) => ({ group, place, at: groupDefinedAt.get(group) }))
