import type { ColumnIR, SourceIR } from '../src/define/ir/ir.ts'

/** A source of these columns, keyed by `k` with times in `at`, without late, future or duplicate events; `more` overrides this. */
export const sourceIR = (columns: readonly ColumnIR[], more: Partial<SourceIR> = {}): SourceIR => ({
  name: 's',
  columns,
  key: 'k',
  time: 'at',
  arrives: { kind: 'after', delay: 0 },
  allowedLateness: 0,
  maxClockSkew: 0,
  dedupe: 0,
  ...more,
})
