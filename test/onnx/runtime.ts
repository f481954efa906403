/** Options of a test that needs ONNX Runtime, an optional package: skipped without it. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'

const folders = createRequire(import.meta.url).resolve.paths('onnxruntime-node') ?? []
const isThere = folders.some(folder => existsSync(`${folder}/onnxruntime-node`))

export const needsOnnxRuntime = { skip: isThere ? false : 'the optional package onnxruntime-node is not installed' }
