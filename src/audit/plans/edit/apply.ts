/**
 * Checks an edit, then writes it. A thread loads the user's file with the new text, which must give the same pipeline except for the
 * intended placements.
 *
 * Nothing is written before the check, nor if a file has changed since it was read.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { writeAtomically } from '../../../base/node/index.ts'
import { canonicalJson, type PipelineIR } from '../../../define/ir/index.ts'
import type { EditCheckResponse, EditCheckRequest } from './check-thread.ts'
import type { PlacementChange, PlacementEdit, EditedFile } from './placement-edit.ts'

const checkThread = new URL(`./check-thread${extname(import.meta.url)}`, import.meta.url)

/** Why the edit is wrong; undefined if it is correct. */
export async function editProblem(
  { files, changes }: Pick<PlacementEdit, 'files' | 'changes'>,
  pipeline: string,
  ir: PipelineIR,
): Promise<string | undefined> {
  const loaded = await loadEdited({
    pipeline: realpathSync(resolve(pipeline)),
    texts: new Map(files.map(({ path, after }) => [path, after])),
  })
  if ('failed' in loaded) return `with the edit the file does not load: ${loaded.failed}`
  if (canonicalJson(loaded.ir ?? null) === canonicalJson(withPlacements(ir, changes))) return undefined
  return 'with the edit the file is another pipeline than the one that was meant'
}

/** The pipeline with the new placements. */
function withPlacements(ir: PipelineIR, changes: readonly PlacementChange[]): PipelineIR {
  return {
    ...ir,
    groups: ir.groups.map(group => ({ ...group, place: changes.find(change => change.group === group.name)?.place ?? group.place })),
  }
}

/** Result of an edit. */
export interface AppliedEdit {
  /** Files that were written. */
  readonly written: readonly string[]
  /** Changes left to the user, in words. */
  readonly rejected: readonly string[]
}

/** Writes all files of the edit, or none. Each is replaced as a whole and keeps its mode. */
export async function applyEdit(edit: PlacementEdit, pipeline: string, ir: PipelineIR): Promise<AppliedEdit> {
  const { files, rejected } = edit
  if (files.length === 0) return { written: [], rejected }
  const why = (await editProblem(edit, pipeline, ir)) ?? writeConflict(files)
  if (why !== undefined) return { written: [], rejected: [...rejected, `nothing was written: ${why}`] }
  for (const { path, after } of files) writeAtomically(path, after, { mode: statSync(path).mode })
  return { written: files.map(({ path }) => path), rejected }
}

function writeConflict(files: readonly EditedFile[]): string | undefined {
  const conflict = files.find(({ path, before }) => readFileSync(path, 'utf8') !== before)
  return conflict && `${conflict.path} has changed since it was read`
}

/** Loads the pipeline in a thread, since a process loads a module once. Its output is discarded. */
function loadEdited(workerData: EditCheckRequest): Promise<EditCheckResponse> {
  const { promise, resolve: settle } = Promise.withResolvers<EditCheckResponse>()
  const worker = new Worker(checkThread, { workerData, stdout: true, stderr: true })
  worker.on('message', (answer: EditCheckResponse) => settle(answer))
  worker.on('error', error => settle({ failed: error.message }))
  worker.on('exit', () => settle({ failed: 'it ended the process' }))
  return promise.finally(() => void worker.terminate())
}
