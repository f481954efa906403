import assert from 'node:assert/strict'
import { test } from 'node:test'
import { array, assert as check, boolean, integer, property, record } from 'fast-check'
import { Budget, clientKey } from './budget.ts'

test('one client gets half of the total, and each further client half of the rest', () => {
  const budget = new Budget(64)
  const spendAll = (client: string): number => {
    while (budget.spend(client, 1));
    return budget.usedBy(client)
  }
  assert.deepEqual(['a', 'b', 'c'].map(spendAll), [32, 16, 8])
  assert.equal(budget.used, 56)
  budget.release('a', 32)
  assert.deepEqual([budget.usedBy('a'), budget.used], [0, 24])
})

test('with a share of ten, a client alone gets all but an eleventh', () => {
  const budget = new Budget(11, 10)
  while (budget.spend('a', 1));
  assert.deepEqual([budget.usedBy('a'), budget.spend('b', 1)], [10, true])
})

test('for any spending and releases, the total holds, and no client is denied a unit before it holds as much as is free', () => {
  const step = record({ client: integer({ min: 0, max: 5 }), amount: integer({ min: 1, max: 40 }), gives: boolean() })
  check(
    property(integer({ min: 1, max: 200 }), array(step, { maxLength: 100 }), (total, steps) => {
      const budget = new Budget(total)
      const own = new Map<number, number>()
      for (const { client, amount, gives } of steps) {
        const has = own.get(client) ?? 0
        if (gives) {
          const back = Math.min(has, amount)
          if (back > 0) budget.release(String(client), back)
          own.set(client, has - back)
        } else {
          const free = total - budget.used
          const isGiven = budget.spend(String(client), amount)
          assert.equal(isGiven, has + amount <= free)
          if (isGiven) own.set(client, has + amount)
        }
        const sum = [...own.values()].reduce((all, one) => all + one, 0)
        assert.equal(budget.used, sum)
        assert.ok(sum <= total)
        for (const [of, amount] of own) assert.equal(budget.usedBy(String(of)), amount)
      }
    }),
  )
})

test('a client is identified by its token, or by its address; by the network for IPv6', () => {
  const at = (ip: string) => clientKey({ client: undefined, ip })
  assert.equal(at('10.0.0.1'), 'address 10.0.0.1')
  assert.equal(at('::ffff:10.0.0.1'), at('10.0.0.1'))
  assert.equal(at('2001:db8::1'), 'address 2001:db8:0:0::/64')
  assert.equal(at('2001:DB8:0:0:ffff::2'), at('2001:db8::1'))
  assert.notEqual(at('2001:db8:0:1::1'), at('2001:db8::1'))
  assert.equal(at('::1'), 'address 0:0:0:0::/64')
  assert.equal(at('fe80::1%eth0'), 'address fe80:0:0:0::/64')
  assert.notEqual(clientKey({ client: '10.0.0.1', ip: '10.0.0.1' }), at('10.0.0.1'), 'a token may be named as an address is')
})
