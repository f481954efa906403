import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMetadataAddress, isPublicAddress } from './public-address.ts'

const expectAll = (expected: boolean, addresses: readonly string[]) => {
  for (const address of addresses) assert.equal(isPublicAddress(address), expected, address)
}

test('hosts of the Internet are public, up to the edges of what is not', () => {
  expectAll(true, ['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0'])
  expectAll(true, ['169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.167.255.255', '192.169.0.0'])
  expectAll(true, ['198.17.255.255', '198.20.0.0', '223.255.255.255', '2001:200::1', '2606:4700:4700::1111', '2a00:1450::1', '3ffe::1'])
})

test('this machine, private and shared networks, and clouds’ metadata are not', () => {
  expectAll(false, ['127.0.0.1', '127.255.255.255', '0.0.0.0', '0.1.2.3', '10.0.0.0', '10.255.255.255', '172.16.0.1', '172.31.255.255'])
  expectAll(false, ['192.168.0.1', '192.168.255.255', '169.254.169.254', '169.254.0.1', '100.64.0.1', '100.100.100.200', '100.127.255.255'])
  expectAll(false, ['168.63.129.16', '192.0.0.192'])
  expectAll(false, ['::1', '::', 'fc00::1', 'fdff::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1'])
})

test('nor are documentation, tests, multicast and what is reserved', () => {
  expectAll(false, ['192.0.2.1', '198.51.100.1', '203.0.113.255', '198.18.0.1', '198.19.255.255', '192.88.99.1'])
  expectAll(false, ['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'])
  expectAll(false, ['2001:db8::1', '3fff::1', 'ff02::1', '2001::1', '2001:20::1', '100::1', '4000::1', '5f00::1', '64:ff9b:1::1'])
})

test('an IPv6 address that leads to an IPv4 address is judged by that', () => {
  expectAll(false, ['::ffff:127.0.0.1', '::ffff:7f00:1', '::FFFF:10.0.0.1', '0:0:0:0:0:ffff:a9fe:a9fe', '64:ff9b::169.254.169.254'])
  expectAll(false, ['64:ff9b::a00:1', '2002:7f00:1::', '2002:a9fe:a9fe::1', '2002:c0a8:101::1'])
  // Each of the four numbers counts: the third decides here.
  for (const [before, last] of [
    ['::ffff:cb00', '01'],
    ['64:ff9b::cb00', '01'],
    ['2002:cb00', '01::1:1'],
  ]) {
    expectAll(false, [`${before}:71${last}`])
    expectAll(true, [`${before}:72${last}`])
  }
  expectAll(false, ['::ffff:127.1.1.1', '64:ff9b::127.1.1.1', '2002:7f01:101:101::'])
  expectAll(true, ['::ffff:1.1.1.1', '64:ff9b::101:101', '2002:101:101::1'])
})

test('addresses in other wrappings, and what is no address, are not public', () => {
  expectAll(false, ['::127.0.0.1', '::1.1.1.1', '::ffff:0:1.1.1.1', 'fe80::5efe:1.1.1.1', '2001:0:101:101::'])
  expectAll(false, ['', 'localhost', '1.1.1', '2130706433', '0x7f.1', '[::1]', '1.1.1.1:80'])
})

test('a URL writes an address in numbers of other bases, or without zeros, as the address it is', () => {
  for (const host of ['2130706433', '0x7f.1', '0x7f000001', '0177.0.0.1', '127.1', '127.0.0.1.', '１２７.0.0.1', '127%2e0.0.1'])
    assert.equal(new URL(`http://${host}/`).hostname, '127.0.0.1', host)
  assert.equal(new URL('http://[0:0::ffff:127.0.0.1]/').hostname, '[::ffff:7f00:1]')
  assert.equal(isPublicAddress(new URL('http://2852039166/').hostname), false)
})

test('where clouds keep a machine’s secrets is told from other private addresses, however it is written', () => {
  const secrets = ['169.254.169.254', '169.254.0.0', '169.254.255.255', '168.63.129.16', '100.100.100.200', 'fe80::1%eth0', 'febf::1']
  for (const address of ['fd00:c1::a9fe:a9fe', 'fd00:42::42', '64:ff9b:1::a9fe:a9fe', '64:ff9b:1:2:3:4:6464:64c8'])
    assert.ok(isMetadataAddress(address), address)
  for (const address of [...secrets, 'fd00:ec2::254', 'fd20:ce::254', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::1'])
    assert.equal(isMetadataAddress(address), true, address)
  const others = [
    '127.0.0.1',
    '10.0.0.1',
    '169.253.255.255',
    '169.255.0.0',
    '100.100.100.201',
    '168.63.129.17',
    '1.1.1.1',
    '::1',
    'fec0::1',
  ]
  for (const address of [
    ...others,
    'fd00:ec3::254',
    'fd12::1',
    'fd00:c2::1',
    '64:ff9b:1::a00:1',
    '64:ff9b:2::a9fe:a9fe',
    '::ffff:10.0.0.1',
    '2606:4700::1',
    'localhost',
    '',
  ])
    assert.equal(isMetadataAddress(address), false, address)
})
