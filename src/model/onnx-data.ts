/** Converts numbers to the types of an ONNX graph's inputs. */
import type { OnnxInputType } from '../define/ir/index.ts'

/** A typed array with its ONNX type. */
export type OnnxData =
  | { readonly type: 'float32'; readonly values: Float32Array<ArrayBuffer> }
  | { readonly type: 'float64'; readonly values: Float64Array<ArrayBuffer> }
  | { readonly type: 'int64'; readonly values: BigInt64Array<ArrayBuffer> }
  | { readonly type: 'int32'; readonly values: Int32Array<ArrayBuffer> }
  | { readonly type: 'bool'; readonly values: Uint8Array<ArrayBuffer> }

/** An array of `length` values of a type. */
export function onnxDataOf(type: OnnxInputType, length: number): OnnxData {
  switch (type) {
    case 'float32':
      return { type, values: new Float32Array(length) }
    case 'float64':
      return { type, values: new Float64Array(length) }
    case 'int64':
      return { type, values: new BigInt64Array(length) }
    case 'int32':
      return { type, values: new Int32Array(length) }
    case 'bool':
      return { type, values: new Uint8Array(length) }
  }
}

/**
 * Writes a number (NaN for NULL) in the data's type. Returns false, without writing, if the type cannot hold it; float32 alone
 * rounds.
 */
export function writeOnnxValue(data: OnnxData, at: number, value: number): boolean {
  switch (data.type) {
    case 'float32':
      if (!Number.isNaN(value) && !Number.isFinite(Math.fround(value))) return false
      data.values[at] = value
      return true
    case 'float64':
      data.values[at] = value
      return true
    case 'int64':
      if (!Number.isSafeInteger(value)) return false
      data.values[at] = BigInt(value)
      return true
    case 'int32':
      if ((value | 0) !== value) return false
      data.values[at] = value
      return true
    case 'bool':
      if (value !== 0 && value !== 1) return false
      data.values[at] = value
      return true
  }
}
