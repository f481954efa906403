import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unfollowedReason, redirectTarget } from './redirect.ts'

const from = new URL('https://a.example/hook?x=y')

test('a location is taken as it stands to the url that told it', () => {
  for (const [location, to] of [
    ['/next', 'https://a.example/next'],
    ['?z', 'https://a.example/hook?z'],
    ['//b.example', 'https://b.example/'],
    ['https://c.example:8443/', 'https://c.example:8443/'],
  ])
    assert.equal(String(redirectTarget(from, 307, location)), to)
  assert.equal(String(redirectTarget(new URL('http://a.example'), 308, 'https://a.example/')), 'https://a.example/')
})

test('an https delivery is not redirected to http', () => {
  const why = "status 307 redirects from https to http at 'b.example', which is not followed"
  assert.equal(redirectTarget(from, 307, 'http://b.example/?s3cret'), why)
})

test('of a location nothing but its host is told', () => {
  for (const text of [redirectTarget(from, 308, 'data:s3cret'), unfollowedReason(from, 302, 'https://u:s3cret@b.example/s3cret?s3cret')])
    assert.doesNotMatch(String(text), /s3cret/)
  assert.match(unfollowedReason(from, 303, '//b.example/p'), /^status 303 redirects to 'b\.example', which would/)
})
