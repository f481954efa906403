/**
 * Calls ONNX Runtime synchronously. `session.run` returns a promise, but the decision loop does not wait for promises. So graphs run
 * in one thread per process, and the caller sleeps until the thread has answered. (The package's native binding is synchronous, but
 * it is undocumented and has changed between versions.)
 *
 * The same file and rows give the same scores: one core, one node after the other, fixed options. Rows are batched only if the graph
 * treats each row separately (`OnnxIR.together`). Another version of the package, or another kind of processor, may differ in the
 * last bits.
 */
import { extname } from 'node:path'
import { SpillwayError, limits } from '../base/index.ts'
import { SyncThread } from './sync-thread.ts'
import type { OnnxFile } from '../define/model/index.ts'
import type { OnnxIR, OnnxInputType } from '../define/ir/index.ts'

/** The npm package that runs ONNX graphs. */
export const ONNX_PACKAGE = 'onnxruntime-node'

/** A call to the thread. A graph is known by `name` after it was loaded. */
export type OnnxCall =
  | { readonly kind: 'load'; readonly name: string; readonly ir: OnnxIR; readonly bytes: Uint8Array }
  | { readonly kind: 'score'; readonly name: string; readonly rows: number; readonly feeds: readonly OnnxValues[] }

/** The thread's answer. */
export type OnnxAnswer =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'scores'; readonly scores: Float64Array }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly why: string }

/** Computes the scores of `rows` rows from the data of each feed, row after row. */
export type OnnxRun = (rows: number, feeds: readonly OnnxValues[]) => Float64Array

/**
 * Loads a graph, which stays loaded as long as the process lives. Throws `SPILL_PACKAGE` without the package; `SPILL_DATA` for a file
 * that the runtime rejects, or whose output differs from its declaration; `SPILL_LIMIT` if it takes longer than `ms`. The returned
 * function throws the last two.
 */
export function openOnnx(
  ir: OnnxIR,
  { path, bytes, sha256 }: Pick<OnnxFile, 'path' | 'bytes' | 'sha256'>,
  ms: number = limits.ONNX_MS,
): OnnxRun {
  const name = JSON.stringify(ir)
  const thread = (sharedThread ??= new OnnxThread())
  if (!thread.loaded.has(name)) thread.ask({ kind: 'load', name, ir, bytes }, path, ms)
  thread.loaded.add(name)
  return (rows, feeds) => {
    const answer = thread.ask(
      { kind: 'score', name, rows, feeds },
      path,
      ms,
      feeds.map(({ buffer }) => buffer),
    )
    if (answer.kind === 'scores') return answer.scores
    throw new SpillwayError('SPILL_DATA', `(${sha256.slice(0, 8)}) gave no scores`, { place: path })
  }
}

let sharedThread: OnnxThread | undefined

const program = new URL(`./onnx-thread${extname(import.meta.url)}`, import.meta.url)

class OnnxThread {
  /** Names of the loaded graphs. */
  readonly loaded = new Set<string>()
  readonly #thread = new SyncThread<OnnxCall, OnnxAnswer>(program)

  ask(call: OnnxCall, path: string, ms: number, transfer: readonly ArrayBuffer[] = []): OnnxAnswer {
    if (this.#thread.isLost)
      throw tooLong(path, 'cannot run: its thread was stopped because another graph took too long; restart without that graph')
    const answer = this.#thread.call(call, ms, transfer)
    if (!answer) {
      if (sharedThread === this) sharedThread = undefined
      throw tooLong(path, `has not answered within ${ms} ms (ONNX_MS)`)
    }
    if (answer.kind === 'missing') {
      const fix = `npm install --ignore-scripts ${ONNX_PACKAGE}@1`
      throw new SpillwayError('SPILL_PACKAGE', `a score of ONNX needs the package '${ONNX_PACKAGE}': ${fix}`, { place: path })
    }
    if (answer.kind === 'failed') throw new SpillwayError('SPILL_DATA', `cannot be used: ${answer.why}`, { place: path })
    return answer
  }
}

const tooLong = (place: string, message: string): SpillwayError => new SpillwayError('SPILL_LIMIT', message, { place })

/** Arrays of the types of a graph's inputs, and the numbers that each holds (NaN is NULL). float32 alone rounds. */
const arrays = { float32: Float32Array, float64: Float64Array, int64: BigInt64Array, int32: Int32Array, bool: Uint8Array }
const holds: Readonly<Record<OnnxInputType, (value: number) => boolean>> = {
  float32: value => Number.isNaN(value) || Number.isFinite(Math.fround(value)),
  float64: () => true,
  int64: Number.isSafeInteger,
  int32: value => (value | 0) === value,
  bool: value => value === 0 || value === 1,
}

/** The values of one input of a graph. */
export type OnnxValues = InstanceType<(typeof arrays)[OnnxInputType]>

/** An array of `length` values of a type. */
export const onnxValues = (type: OnnxInputType, length: number): OnnxValues => new arrays[type](length)

/** Writes a number (NaN for NULL). Returns false, without writing, if the type cannot hold it. */
export function writeOnnxValue(type: OnnxInputType, values: OnnxValues, at: number, value: number): boolean {
  if (!holds[type](value)) return false
  values[at] = values instanceof BigInt64Array ? BigInt(value) : value
  return true
}
