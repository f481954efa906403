/** An external trainer that leaves the ONNX file of `model`, whatever its input. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { external } from '../../src/index.ts'
import { logisticGraph } from '../onnx/graphs.ts'

/** Weights of amount, shop and n of `stolen`. */
export const graphs = {
  good: () => logisticGraph([0.05, 0, 0], -3),
  better: () => logisticGraph([0.06, 0, 0], -3.5),
  bad: () => logisticGraph([-0.05, 0, 0], 3),
} as const

export function onnxTrainer(folder: string) {
  const model = join(folder, 'model.onnx')
  const leaves = `const fs = require('node:fs'); const out = process.argv[2]; fs.copyFileSync(${JSON.stringify(model)}, out + '/model.onnx'); fs.writeFileSync(out + '/metrics.json', '{}')`
  return {
    algorithm: external({ command: process.execPath, args: ['-e', leaves] }),
    /** The graph that it leaves from now on. */
    leave: (graph: keyof typeof graphs) => writeFileSync(model, graphs[graph]()),
  }
}
