/** ONNX graphs in the form of exporters. */
import type { TreeIR } from '../../src/define/ir/ir.ts'
import { onnxBytes, type GraphOf } from './write.ts'

/** A logistic regression: rows × weights to the probabilities of the labels 0 and 1, as of a classifier, with its label beside them. */
export function logisticGraph(weights: readonly number[], intercept: number, changed: Partial<GraphOf> = {}): Uint8Array<ArrayBuffer> {
  return onnxBytes({
    inputs: [{ name: 'X', type: 'float32', shape: ['N', weights.length] }],
    outputs: [
      { name: 'label', type: 'int64', shape: ['N'] },
      { name: 'probabilities', type: 'float32', shape: ['N', 2] },
    ],
    nodes: [
      { kind: 'MatMul', inputs: ['X', 'w'], outputs: ['product'] },
      { kind: 'Add', inputs: ['product', 'b'], outputs: ['z'] },
      { kind: 'Sigmoid', inputs: ['z'], outputs: ['p'] },
      { kind: 'Sub', inputs: ['one', 'p'], outputs: ['q'] },
      { kind: 'Concat', inputs: ['q', 'p'], outputs: ['probabilities'], attributes: { axis: 1n } },
      { kind: 'ArgMax', inputs: ['probabilities'], outputs: ['label'], attributes: { axis: 1n, keepdims: 0n } },
    ],
    constants: [
      { name: 'w', type: 'float32', dims: [weights.length, 1], values: weights },
      { name: 'b', type: 'float32', dims: [1], values: [intercept] },
      { name: 'one', type: 'float32', dims: [1], values: [1] },
    ],
    ...changed,
  })
}

/** Boosted trees in the form of exporters of LightGBM and XGBoost regressions: values and thresholds are float32. */
export function treesGraph(trees: readonly TreeIR[], inputs: number, base: number): Uint8Array<ArrayBuffer> {
  const nodes = trees.flatMap((tree, id) => tree.input.map((input, node) => ({ tree, id, node, input })))
  const leaves = nodes.filter(({ input }) => input < 0)
  const ints = (of: (node: (typeof nodes)[number]) => number, which = nodes) => which.map(node => BigInt(of(node)))
  return onnxBytes({
    inputs: [{ name: 'X', type: 'float32', shape: ['N', inputs] }],
    outputs: [{ name: 'variable', type: 'float32', shape: ['N', 1] }],
    nodes: [
      {
        kind: 'TreeEnsembleRegressor',
        domain: 'ai.onnx.ml',
        inputs: ['X'],
        outputs: ['variable'],
        attributes: {
          n_targets: 1n,
          base_values: [base],
          nodes_treeids: ints(({ id }) => id),
          nodes_nodeids: ints(({ node }) => node),
          nodes_featureids: ints(({ input }) => Math.max(0, input)),
          nodes_values: nodes.map(({ tree, node, input }) => (input < 0 ? 0 : tree.value[node])),
          nodes_modes: nodes.map(({ input }) => (input < 0 ? 'LEAF' : 'BRANCH_LEQ')),
          nodes_truenodeids: ints(({ node, input }) => (input < 0 ? 0 : node + 1)),
          nodes_falsenodeids: ints(({ tree, node }) => tree.right[node]),
          nodes_missing_value_tracks_true: ints(({ tree, node }) => tree.nullsLeft[node]),
          nodes_hitrates: nodes.map(() => 1),
          target_treeids: ints(({ id }) => id, leaves),
          target_nodeids: ints(({ node }) => node, leaves),
          target_ids: leaves.map(() => 0n),
          target_weights: leaves.map(({ tree, node }) => tree.value[node]),
        },
      },
    ],
  })
}
