import { ofOneEvent, type Aggregate } from './aggregate.ts'

/** The clock minus the time of the last event in the window (with a value, if a field is given), ms; NULL over nothing. */
export const timeSinceLast: Aggregate = {
  name: 'timeSinceLast',
  ...ofOneEvent,
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
