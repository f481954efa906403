/** The room that the run has: its load over the last day, its disk, and the keys in memory. */
import { useResource } from '../core/resource.ts'
import { type CapacityAnswer, capacityFigures, keysText } from './capacity-text.ts'

/** The figures are of samples and of intervals of 5 min. */
const CAPACITY_MS = 60_000

export function Capacity() {
  const capacity = useResource<CapacityAnswer>('/capacity', CAPACITY_MS).value?.capacity
  if (!capacity) return null
  return (
    <section aria-labelledby="capacity">
      <h2 id="capacity">Capacity</h2>
      <dl class="figures">
        {[...capacityFigures(capacity), ...capacity.groups.map(group => [group.group, keysText(group)] as const)].map(([label, text]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {capacity.load && (
        <p class="soft">
          At most: the greatest mean over 5 min in the last day. All turns of the run and all requests share its event loop.
        </p>
      )}
    </section>
  )
}
