/** A backup to a server of S3 by others, moto, which checks signatures as AWS does, and its restore. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { backUpFolder } from '../../src/backup/backup.ts'
import { pruneBackups } from '../../src/backup/prune.ts'
import { restoreFolder } from '../../src/backup/restore.ts'
import { signedHeaders } from '../../src/backup/target/sigv4.ts'
import { openTarget } from '../../src/backup/target/open-target.ts'
import { verifyBackups } from '../../src/backup/verify-backup.ts'
import { closeDataFolder, openDataFolder } from '../../src/log/sqlite/index.ts'
import { logContents } from '../backup/log-contents.ts'
import { RandomCommits } from '../backup/random-commits.ts'
import { Draw } from '../property/generate/draw.ts'

/**
 * A server with one user, who may do all of S3. The first requests make the user, by any credentials; later ones are checked
 * (`INITIAL_NO_AUTH_ACTION_COUNT`). The program prints its address and the user's keys.
 */
const PROGRAM = `
import json, os, boto3
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
url = f'http://{host}:{port}'
args = dict(endpoint_url=url, region_name='us-east-1', aws_access_key_id='a', aws_secret_access_key='b')
iam = boto3.client('iam', **args)
iam.create_user(UserName='u')
policy = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 's3:*', 'Resource': '*'}]}
iam.put_user_policy(UserName='u', PolicyName='p', PolicyDocument=json.dumps(policy))
key = iam.create_access_key(UserName='u')['AccessKey']
print(json.dumps([url, key['AccessKeyId'], key['SecretAccessKey']]), flush=True)
import sys
sys.stdin.read()
`
const REQUESTS_TO_MAKE_THE_USER = '3'

/** `python`: one that has moto. */
export async function checkBackups(python: string, folder: string): Promise<string> {
  const env = { ...process.env, INITIAL_NO_AUTH_ACTION_COUNT: REQUESTS_TO_MAKE_THE_USER }
  const moto = spawn(python, ['-c', PROGRAM], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  try {
    const [line] = (await once(createInterface({ input: moto.stdout }), 'line')) as [string]
    const [endpoint, accessKeyId, secretAccessKey] = JSON.parse(line) as [string, string, string]
    await createBucket(endpoint, { accessKeyId, secretAccessKey })
    const variables = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_ENDPOINT_URL_S3: endpoint }
    await assert.rejects(backUp(join(folder, 's3-rejected'), { ...variables, AWS_SECRET_ACCESS_KEY: 'wrong' }), {
      code: 'SPILL_BACKUP',
      message: /403/,
    })
    return await backUp(join(folder, 's3'), variables)
  } finally {
    moto.kill('SIGKILL')
  }
}

async function createBucket(endpoint: string, credentials: { accessKeyId: string; secretAccessKey: string }): Promise<void> {
  const url = new URL('/flow', endpoint)
  const headers = signedHeaders({ method: 'PUT', url }, credentials, 'us-east-1', Date.now())
  delete headers['host']
  const { status } = await fetch(url, { method: 'PUT', headers })
  assert.equal(status, 200)
}

/** Backs up a random log three times, restores each, and deletes all but one. */
async function backUp(data: string, env: Readonly<Record<string, string>>): Promise<string> {
  const target = openTarget('s3://flow/some/prefix', env)
  const folder = await openDataFolder(data)
  try {
    const commits = new RandomCommits(new Draw(1))
    const backups: string[] = []
    for (let i = 0; i < 3; i++) {
      for (let n = 0; n < 60; n++) await folder.store.commit(commits.next())
      backups.push((await backUpFolder(data, target, { chunkBytes: 1000 })).backup)
      const restored = `${data}-restored${i}`
      await restoreFolder(target, restored)
      assert.deepEqual(logContents(restored), logContents(data))
    }
    let objects = 0
    for await (const { chunks, problems } of verifyBackups(target, backups)) {
      assert.deepEqual(problems, [])
      objects = chunks
    }
    // More objects than one page of a listing has are in the unit test: moto's pages have 1,000.
    assert.deepEqual((await pruneBackups(target, { backups: 1 })).expired, backups.slice(0, 2))
    return `${objects} objects in the last of 3 backups`
  } finally {
    await closeDataFolder(folder)
    await target.close()
  }
}
