/** Faults in the delivery of effects, one each, to show that killed processes between a sender and a receiver detect them. */
import type { Edit } from '../faults/edit.ts'

const lane = 'src/action/delivery-lane.ts'
const queues = 'src/action/key-queues.ts'

export const httpFaults: Readonly<Record<string, Edit>> = {
  'what was pending at a start is sent under another key': {
    path: lane,
    was: 'yield { effect, attempts, next',
    is: 'yield { effect: { ...effect, id: `${effect.id}/again` }, attempts, next',
  },
  'effects are sent before they are durable': {
    path: 'src/run/loop/committer.ts',
    was: '      await store.commit(commit)\n      components.lookup',
    is: '      if (effects.length > 0) onEffects?.(effects)\n      await store.commit(commit)\n      components.lookup',
  },
  'an effect does not wait for the one before it of its key': {
    path: queues,
    was: 'if (queue) {\n      queue.held.push(held)',
    is: 'if (queue) {\n      if (key) return { ...queue, held: [held] }\n      queue.held.push(held)',
  },
  'what was pending at a start is not sent': {
    path: lane,
    was: 'for (const effect of stored) {',
    is: 'for (const effect of [] as typeof stored) {',
  },
  'an answer that did not come whole is an acknowledgement': {
    path: 'src/action/webhook-attempt.ts',
    was: '  onError(error: Error): void {\n',
    is: '  onError(error: Error): void {\n    if (error) return this.#finish(acknowledged)\n',
  },
}
