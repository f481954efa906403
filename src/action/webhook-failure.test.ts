import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SpillwayError } from '../base/errors.ts'
import { networkFailure, unfollowedReason, redirectTarget } from './webhook-failure.ts'

const failureOf = (code: string) => networkFailure(Object.assign(new Error('s3cret'), { code }), 'a.example')

test('codes are told in words, with the host', () => {
  const reasons: Record<string, readonly string[]> = {
    "'a.example' has no address": ['ENOTFOUND', 'EAI_AGAIN'],
    "nothing listens at 'a.example'": ['ECONNREFUSED'],
    "no connection to 'a.example' in time": ['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'],
    "'a.example' closed the connection before its answer was complete": [
      'ECONNRESET',
      'EPIPE',
      'UND_ERR_SOCKET',
      'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
    ],
    "the certificate is not one for 'a.example'": ['ERR_TLS_CERT_ALTNAME_INVALID'],
    "the certificate of 'a.example' is not trusted": [
      'CERT_HAS_EXPIRED',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    "no TLS with 'a.example'": ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_TLS_HANDSHAKE_TIMEOUT'],
    "'a.example' answered with something else than HTTP": ['HPE_INVALID_CONSTANT', 'UND_ERR_HEADERS_OVERFLOW'],
    'the destination was closed': ['UND_ERR_CLOSED', 'UND_ERR_DESTROYED'],
    "'a.example' cannot be reached": ['EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_INFO'],
  }
  for (const [reason, codes] of Object.entries(reasons)) for (const code of codes) assert.equal(failureOf(code), `${reason} (${code})`)
})

test('without a code there is the name, and words only of our own errors', () => {
  assert.equal(networkFailure(new TypeError('s3cret'), 'a.example'), "'a.example' cannot be reached (TypeError)")
  assert.equal(networkFailure(new SpillwayError('SPILL_ADDRESS', 'ours'), 'a.example'), 'ours')
})

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

test('the text of a redirect names only the host of its location', () => {
  for (const text of [redirectTarget(from, 308, 'data:s3cret'), unfollowedReason(from, 302, 'https://u:s3cret@b.example/s3cret?s3cret')])
    assert.doesNotMatch(String(text), /s3cret/)
  assert.match(unfollowedReason(from, 303, '//b.example/p'), /^status 303 redirects to 'b\.example', which would/)
})
