import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openFolder } from '../../operate/index.ts'
import { open, pay, posted } from '../../../test/serve/shop.ts'
import { sourceEventJournal } from './source-event-journal.ts'

const shop = await open()
after(() => shop.close())

test('events that come between a batch and its frames are of the next batch, and each is shown once', async () => {
  const view = openFolder(shop.data)
  try {
    const journal = sourceEventJournal(view.log)
    const post = (id: string): Promise<unknown> => posted(shop.app, '/sources/payments/events', pay(id))
    await post('first')
    const batch = journal.next(0)!
    await post('second')
    const next = journal.next(batch.number)!
    await post('third')
    const last = journal.next(next.number)!
    let position = 0
    const shown = [batch, next, last].map(each => {
      const text = each.frames('payments', { batch: position, row: Infinity }).toString()
      position = each.number
      return [...text.matchAll(/"id":"(\w+)"/g)].map(([, id]) => id)
    })
    assert.deepEqual(shown, [['first'], ['second'], ['third']])
  } finally {
    view.close()
  }
})
