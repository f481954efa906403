import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseView, viewPath } from './location.ts'

test('the path of a view is read as the view', () => {
  for (const path of [
    '/ui',
    '/ui/decisions?model=fraud&key=c+1',
    '/ui/features/card_now?feature=n',
    '/ui/sources/a%2Fb',
    '/ui/dead-letters/7',
  ]) {
    const [pathname, search] = path.split('?')
    const { page, item, query } = parseView(pathname, search)
    assert.ok(page !== 'unknown')
    assert.equal(viewPath(page, item, query), path)
  }
})

test('an unknown page is said, filters without a value are left out, and a broken segment stays', () => {
  assert.deepEqual(parseView('/ui/nothing', '?a=1'), { page: 'unknown', query: { a: '1' } })
  assert.equal(viewPath('decisions', undefined, { model: undefined, key: '' }), '/ui/decisions')
  assert.equal(parseView('/ui/sources/%E0%A4%A').item, '%E0%A4%A')
  assert.equal(parseView('/ui/').page, 'overview')
})
