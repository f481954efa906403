import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SpillwayError } from '../base/errors.ts'
import { networkFailure } from './network-failure.ts'

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
