/**
 * Scores with an ONNX graph over columns (`OnnxIR`), which ONNX Runtime runs in a thread of its own. A value that the graph's types
 * cannot hold, and a result that is not a finite number, refuse that row's score with a message; other rows keep theirs.
 */
import { assert } from '../base/assert.ts'
import { Scratch } from '../expression/scratch.ts'
import type { InputIR } from '../define/ir/ir.ts'
import type { OnnxFile } from '../define/model/onnx-file.ts'
import type { OnnxFeedIR, OnnxIR } from '../define/ir/onnx-ir.ts'
import { limits } from '../base/limits.ts'
import { onnxDataOf, writeOnnxValue } from './onnx-data.ts'
import { openOnnx } from './onnx-runtime.ts'
import type { RowScores } from './user-score.ts'
import { isListColumn, type VectorColumn } from './vector.ts'

/** Loads the graph and tries it. Throws as `openOnnx` does. */
export function compileOnnxScore(
  ir: OnnxIR,
  file: OnnxFile,
  inputs: readonly InputIR[],
): (vector: readonly VectorColumn[], length: number) => RowScores {
  assert(file.sha256 === ir.sha256, `${file.path} is the file of the definition`)
  const slots = ir.feeds.map(feed => feed.inputs.map(name => inputs.findIndex(input => input.name === name)))
  assert(!slots.flat().includes(-1), 'what ONNX is given is inputs of the model')
  const run = openOnnx(ir, file)
  const scratch = new Scratch()
  return (vector, length) => {
    const values = scratch.values(length)
    const refused = new Map<number, string>()
    for (let from = 0; from < length; from += limits.ONNX_ROWS) {
      const to = Math.min(length, from + limits.ONNX_ROWS)
      const data = ir.feeds.map((feed, i) => feedData(feed, slots[i], vector, { from, to }, refused))
      const scores = run(to - from, data)
      for (let row = from; row < to; row++) {
        const score = scores[row - from]
        if (!Number.isFinite(score) && !refused.has(row)) refused.set(row, `onnx gave ${score}, not a finite number`)
        values[row] = score + 0
      }
    }
    if (refused.size === 0) return { score: { values }, refused }
    const nulls = scratch.nulls(length).fill(0, 0, length)
    for (const row of refused.keys()) nulls[row] = 1
    return { score: { values, nulls }, refused }
  }
}

function feedData(
  { type, inputs }: OnnxFeedIR,
  slots: readonly number[],
  vector: readonly VectorColumn[],
  { from, to }: { readonly from: number; readonly to: number },
  refused: Map<number, string>,
) {
  const width = slots.length
  const data = onnxDataOf(type, (to - from) * width)
  slots.forEach((slot, column) => {
    const { values, nulls } = columnAt(vector, slot)
    for (let row = from; row < to; row++) {
      const value = nulls?.[row] ? NaN : values[row]
      if (writeOnnxValue(data, (row - from) * width + column, value) || refused.has(row)) continue
      refused.set(row, `onnx takes '${inputs[column]}' as ${type}, which ${nulls?.[row] ? 'has no NULL' : `cannot be ${value}`}`)
    }
  })
  return data.values
}

function columnAt(vector: readonly VectorColumn[], slot: number): VectorColumn {
  const column = vector[slot]
  assert(!isListColumn(column), 'ONNX reads single values')
  return column
}
