/** Job W as known, at random events by a seed, compared with the oracle: every value of the row bit by bit. */
import { random } from '../src/base/random.ts'
import type { LoggedEvent } from '../src/define/source/source.ts'
import type { GroupIR } from '../src/define/ir/ir.ts'
import { valueOf } from '../test/oracle/oracle.ts'
import type { Events } from './data/synthetic.ts'
import { source, type Result } from './job-w.ts'

export interface Sample {
  readonly values: number
  readonly different: number
}

/** Costs a scan of the key's events for each value. */
export function compareWithOracle(group: GroupIR, events: Events, { columns }: Result, size: number): Sample {
  const next = random(1)
  const histories = historiesOf(events)
  let different = 0
  for (let i = 0; i < size; i++) {
    const row = Math.floor(next() * events.length)
    const visible = histories.get(events.key[row])!.filter(event => event.offset <= row)
    for (const [f, feature] of group.features.entries()) {
      const { delivered } = valueOf(source, feature, visible, events.arrival[row])
      const { values, nulls } = columns[f]
      if ((nulls[row] ? null : values[row]) !== delivered) different++
    }
  }
  return { values: size * group.features.length, different }
}

function historiesOf({ length, key, time, arrival, value }: Events): Map<number, LoggedEvent[]> {
  const histories = new Map<number, LoggedEvent[]>()
  for (let i = 0; i < length; i++) {
    const event = { source: 'events', partition: 0, offset: i, arrival: arrival[i], time: time[i], row: { value: value[i] } }
    const history = histories.get(key[i])
    if (history) history.push(event)
    else histories.set(key[i], [event])
  }
  return histories
}
