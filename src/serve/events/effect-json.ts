/** An effect as clients see it: without what was sent, which may be for its receiver alone. */
import type { StoredEffect } from '../../log/effects.ts'

export function shownEffect({ key, ...effect }: Omit<StoredEffect, 'body'> & { readonly body?: string }): object {
  const { due, settled, state } = effect
  const late = state === 'delivered' && due !== undefined && { late: settled! > due }
  return { ...effect, body: undefined, key: JSON.parse(key) as unknown, ...late }
}
