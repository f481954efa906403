import { selectiveDefinition, type AggregateDefinition } from './aggregate.ts'

/** The as-of time minus the time of the window's last event (with a value, if a field is given), ms; NULL for none. */
export const timeSinceLastAggregate: AggregateDefinition = {
  name: 'timeSinceLast',
  ...selectiveDefinition,
  partial: () => ({ kind: 'recent', k: 1 }),
  lower({ rows, partial, clock, out, at }) {
    const time = partial[1]
    for (let i = 0; i < rows; i++) {
      if (Number.isNaN(time[i])) out.nulls[at + i] = 1
      else out.values[at + i] = clock[i] - time[i]
    }
  },
  sql: (_feature, window) => ({ value: window.double(`${window.clock} - ${window.max(window.time)}`) }),
}
