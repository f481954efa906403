/**
 * A Kafka broker with further ports, that ask for logins and certificates, and with an authorizer: whoever is not denied may do everything.
 * Its passwords stand here, since it listens on loopback and holds nothing.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CertificateAuthority } from '../../test/certificate-authority.ts'
import { type EngineKind, freePorts } from './engine.ts'
import { type BrokerListener, kafka, startKafka } from './kafka.ts'

/** The account of the broker, by every mechanism with a password. */
export const account = { username: 'alice', password: 'alice-secret' } as const

const SESSION_MS = 30_000
const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const

const modules: Readonly<Record<(typeof mechanisms)[number], string>> = {
  PLAIN: `org.apache.kafka.common.security.plain.PlainLoginModule required user_${account.username}="${account.password}";`,
  'SCRAM-SHA-256': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
  'SCRAM-SHA-512': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
  // Accepts tokens without a signature, which any test can make.
  OAUTHBEARER: 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";',
}

export const securedKafka: EngineKind = {
  name: 'kafka-secured',
  versions: kafka.versions,
  install: version => kafka.install(version),
  async start(version, folder) {
    const authority = CertificateAuthority.create(join(folder, 'certificates'))
    if (!authority) throw new Error('kafka-secured needs certificates, and there is no openssl that makes them: apt-get install openssl')
    const broker = authority.issue('broker')
    const client = authority.issue('client')
    writeFileSync(join(folder, 'client.pem'), client.cert)
    writeFileSync(join(folder, 'client.key'), client.key)
    const [login, secure, mutual] = await freePorts(3)
    const listeners: readonly BrokerListener[] = [
      { name: 'LOGIN', protocol: 'SASL_PLAINTEXT', address: `127.0.0.1:${login}` },
      { name: 'SECURE', protocol: 'SASL_SSL', address: `localhost:${secure}` },
      { name: 'MUTUAL', protocol: 'SSL', address: `localhost:${mutual}` },
    ]
    const settings = [
      ...['login', 'secure'].flatMap(loginSettings),
      ...['secure', 'mutual'].flatMap(name => [
        `listener.name.${name}.ssl.keystore.type=PEM`,
        `listener.name.${name}.ssl.keystore.location=${broker.keyStore}`,
      ]),
      'listener.name.mutual.ssl.client.auth=required',
      'listener.name.mutual.ssl.truststore.type=PEM',
      `listener.name.mutual.ssl.truststore.location=${authority.file}`,
      'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      // The broker itself, and tests that make topics and change rights, come by the plain port.
      'super.users=User:ANONYMOUS',
      'allow.everyone.if.no.acl.found=true',
    ]
    const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map(name => `${name}=[name=${account.username},password=${account.password}]`)
    const started = await startKafka(version, folder, { listeners, settings, format: users.flatMap(user => ['--add-scram', user]) })
    const env = {
      KAFKA_LOGIN_BROKERS: listeners[0].address,
      KAFKA_SECURE_BROKERS: listeners[1].address,
      KAFKA_MUTUAL_BROKERS: listeners[2].address,
      KAFKA_USER: account.username,
      KAFKA_PASSWORD: account.password,
      KAFKA_CA_FILE: authority.file,
      KAFKA_CERT_FILE: join(folder, 'client.pem'),
      KAFKA_KEY_FILE: join(folder, 'client.key'),
    }
    return { ...started, env: { ...started.env, ...env } }
  },
}

const loginSettings = (listener: string): readonly string[] => [
  `listener.name.${listener}.sasl.enabled.mechanisms=${mechanisms.join(',')}`,
  ...mechanisms.map(name => `listener.name.${listener}.${name.toLowerCase()}.sasl.jaas.config=${modules[name]}`),
  // A client must log in anew before a session ends, or before its token does.
  `listener.name.${listener}.oauthbearer.connections.max.reauth.ms=${SESSION_MS}`,
]
