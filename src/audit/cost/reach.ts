import type { GroupIR } from '../../define/ir/ir.ts'

/** How far back a group's longest window reaches, its hop included, ms; Infinity for one over all time, and for a table's row. */
export const reachOf = ({ features }: GroupIR): number =>
  features.reduce((most, { window, hop, agg }) => Math.max(most, window === 'lifetime' || agg === 'row' ? Infinity : window + hop), 0)
