/** Opens the target of an address: a folder, or `s3://BUCKET/PREFIX`. */
import { resolve } from 'node:path'
import { SpillwayError } from '../../base/index.ts'
import type { BackupTarget } from './backup-target.ts'
import { FolderTarget } from './folder-target.ts'
import { S3Target } from './s3-target.ts'

type Environment = Readonly<Record<string, string | undefined>>

const SCHEME = 's3://'
const PARAMETERS = ['endpoint', 'region', 'style']
const DEFAULT_REGION = 'us-east-1'

/** An address as messages, ledgers and audit logs have it: without user, password and parameters, which may have secrets. */
export const addressForPeople = (address: string): string => address.replace(/\?.*$/s, '').replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1')

/**
 * Opens a target without a request to it. Credentials, region and endpoint of S3 are in `env`, under the names that AWS's own tools read;
 * `?endpoint=`, `?region=` and `?style=path` in the address take precedence.
 *
 * @throws `SPILL_INPUT` for an address that is none, and for S3 without credentials.
 */
export function openTarget(address: string, env: Environment): BackupTarget {
  if (address.startsWith(SCHEME)) return openBucket(address, env)
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(address)?.[1]
  if (scheme === undefined && address !== '') return new FolderTarget(resolve(address))
  throw new SpillwayError('SPILL_INPUT', `'${addressForPeople(address)}' is no target of backups; write a folder, or s3://BUCKET/PREFIX`)
}

function openBucket(address: string, env: Environment): S3Target {
  const wrong = (problem: string): SpillwayError => new SpillwayError('SPILL_INPUT', problem, { place: addressForPeople(address) })
  const [, bucket, path = '', query = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w.=/-]*))?(?:\?(.*))?$/.exec(address) ?? []
  if (bucket === undefined) throw wrong('is no address of S3; write s3://BUCKET/PREFIX')
  const parameters = new URLSearchParams(query)
  const unknown = [...parameters.keys()].find(name => !PARAMETERS.includes(name))
  if (unknown !== undefined) throw wrong(`has an unknown parameter '${unknown}'; there are ${PARAMETERS.join(', ')}`)
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = env
  if (!accessKeyId || !secretAccessKey)
    throw wrong('needs the credentials of its account: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN)')
  const region = parameters.get('region') ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? DEFAULT_REGION
  const own = parameters.get('endpoint') ?? env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL']
  const endpoint = URL.parse(own ?? `https://s3.${region}.amazonaws.com`)
  if (!endpoint || !/^https?:$/.test(endpoint.protocol)) throw wrong('has an endpoint that is no URL; write https://HOST:PORT')
  const style = parameters.get('style')
  if (style !== null && style !== 'path' && style !== 'host') throw wrong(`has a style '${style}'; write style=path or style=host`)
  return new S3Target({
    bucket,
    prefix: path === '' || path.endsWith('/') ? path : `${path}/`,
    region,
    endpoint,
    // A certificate of AWS covers one label before its domain, and other servers rarely have a host name for each bucket.
    isPathStyle: style === null ? own !== undefined || bucket.includes('.') : style === 'path',
    credentials: { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined },
  })
}
