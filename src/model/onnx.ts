/**
 * Scores with an ONNX graph over columns (`OnnxIR`), which ONNX Runtime runs in a thread of its own. A value that the graph's types
 * cannot hold, and a result that is not a finite number, reject that row's score with a message; other rows keep theirs.
 */
import { assert, limits } from '../base/index.ts'
import type { OnnxFeedIR, OnnxIR } from '../define/ir/index.ts'
import type { ModelRuntime, RuntimeColumn, ScoreBatch } from '../define/model/index.ts'
import { onnxValues, writeOnnxValue, openOnnx } from './onnx-runtime.ts'
import { isListColumn } from './vector.ts'

/** Runs ONNX graphs: `load` loads the graph and tries it, and throws as `openOnnx` does. A graph stays loaded. */
export const onnxRuntime: ModelRuntime<OnnxIR> = {
  name: 'onnx',
  version: '1',
  load({ definition: ir, bytes, path = 'model.onnx', inputs }) {
    const slots = ir.feeds.map(feed => feed.inputs.map(name => inputs.findIndex(input => input.name === name)))
    assert(!slots.flat().includes(-1), 'what ONNX is given is inputs of the model')
    assert(bytes !== undefined, `the bytes of ${path} are given with it`)
    const run = openOnnx(ir, { path, bytes, sha256: ir.sha256 })
    return {
      score(batch, scores) {
        for (let from = 0; from < batch.length; from += limits.ONNX_ROWS) {
          const to = Math.min(batch.length, from + limits.ONNX_ROWS)
          const data = ir.feeds.map((feed, i) => feedData(feed, slots[i], batch, from, to))
          const part = run(to - from, data)
          for (let row = from; row < to; row++) {
            const score = part[row - from]
            if (!Number.isFinite(score)) batch.reject(row, `onnx gave ${score}, not a finite number`)
            scores[row] = score + 0
          }
        }
      },
    }
  },
}

function feedData({ type, inputs }: OnnxFeedIR, slots: readonly number[], { columns, reject }: ScoreBatch, from: number, to: number) {
  const width = slots.length
  const data = onnxValues(type, (to - from) * width)
  slots.forEach((slot, column) => {
    const { values, nulls } = columnAt(columns, slot)
    for (let row = from; row < to; row++) {
      const value = nulls?.[row] ? NaN : values[row]
      if (!writeOnnxValue(type, data, (row - from) * width + column, value))
        reject(row, `onnx takes '${inputs[column]}' as ${type}, which ${nulls?.[row] ? 'has no NULL' : `cannot be ${value}`}`)
    }
  })
  return data
}

function columnAt(columns: readonly RuntimeColumn[], slot: number): RuntimeColumn {
  const column = columns[slot]
  assert(!isListColumn(column), 'ONNX reads single values')
  return column
}
