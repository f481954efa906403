/** The runtime of a model without a score: every row is NULL. */
import type { ModelRuntime } from '../define/model/index.ts'

export const nullRuntime: ModelRuntime = {
  name: 'none',
  version: '1',
  load: () => ({ score: ({ length }, scores) => void scores.fill(NaN, 0, length) }),
}
