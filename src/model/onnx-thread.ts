/** Runs ONNX graphs in a worker thread: answers one call after the other. */
import { answerCalls } from './sync-thread.ts'
import type { OnnxInputType, OnnxIR } from '../define/ir/index.ts'
import { onnxValues, type OnnxValues, ONNX_PACKAGE, type OnnxAnswer, type OnnxCall } from './onnx-runtime.ts'

/** The part of the package's API that is used. Users install the package themselves. */
interface Runtime {
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<Session> }
  readonly Tensor: new (type: OnnxInputType, values: OnnxValues, dims: readonly number[]) => Tensor
}
interface Session {
  run(feeds: Readonly<Record<string, Tensor>>, outputs: readonly string[]): Promise<Readonly<Record<string, Tensor>>>
}
interface Tensor {
  readonly type: string
  readonly data: unknown
  readonly dims: readonly number[]
}

interface Graph {
  readonly ir: OnnxIR
  readonly session: Session
}

/** One core and a fixed order: the same sums in the same order. */
const OPTIONS = {
  executionProviders: ['cpu'],
  executionMode: 'sequential',
  graphOptimizationLevel: 'basic',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
}

const graphs = new Map<string, Graph>()
let runtime: Runtime | undefined

answerCalls<OnnxCall, OnnxAnswer>(call => answerTo(call).catch((error: unknown) => ({ kind: 'failed', why: messageOf(error) })))

async function answerTo(call: OnnxCall): Promise<OnnxAnswer> {
  if (call.kind === 'score') return { kind: 'scores', scores: await scoresOf(graphs.get(call.name)!, call.rows, call.feeds) }
  runtime ??= await importRuntime()
  if (!runtime) return { kind: 'missing' }
  const graph = { ir: call.ir, session: await runtime.InferenceSession.create(call.bytes, OPTIONS) }
  // Tries the graph before the first decision, since the file's declaration of its output may be wrong.
  for (const rows of [1, 2]) {
    const zeros = graph.ir.feeds.map(feed => onnxValues(feed.type, rows * feed.inputs.length))
    await scoresOf(graph, rows, zeros)
  }
  graphs.set(call.name, graph)
  return { kind: 'loaded' }
}

/** The name is a variable so that the compiler does not resolve the package. */
async function importRuntime(name: string = ONNX_PACKAGE): Promise<Runtime | undefined> {
  try {
    const runtimeModule = (await import(name)) as Runtime & { readonly default?: Runtime }
    return runtimeModule.default ?? runtimeModule
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

async function scoresOf(graph: Graph, rows: number, feeds: readonly OnnxValues[]): Promise<Float64Array> {
  const scores = new Float64Array(rows)
  const step = graph.ir.together ? rows : 1
  for (let from = 0; from < rows; from += step) await scoreRows(graph, feeds, { from, to: from + step }, scores)
  return scores
}

async function scoreRows(
  { ir, session }: Graph,
  data: readonly OnnxValues[],
  { from, to }: { readonly from: number; readonly to: number },
  scores: Float64Array,
): Promise<void> {
  const tensors = ir.feeds.map(({ name, type, rank, inputs: { length: width } }, i) => {
    const dims = rank === 1 ? [to - from] : [to - from, width]
    return [name, new runtime!.Tensor(type, data[i].subarray(from * width, to * width), dims)] as const
  })
  const { [ir.output]: output } = await session.run(Object.fromEntries(tensors), [ir.output])
  const { data: values, dims } = output
  const isScore = values instanceof Float32Array || values instanceof Float64Array
  if (!isScore || dims[0] !== to - from || dims.length > 2 || ir.column >= (dims[1] ?? 1))
    throw new Error(
      `for ${to - from} rows '${ir.output}' is ${output.type} of ${dims.join(' × ')}, which has no number a row in column ${ir.column}`,
    )
  for (let row = from; row < to; row++) scores[row] = values[(row - from) * (dims[1] ?? 1) + ir.column]
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]
