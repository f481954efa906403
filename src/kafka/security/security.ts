/** The login of a client and the certificates of its connections. The texts are secrets, and no message shows one. */
export interface KafkaSecurity {
  readonly login?: KafkaLogin
  /** Connections are not encrypted without it. */
  readonly tls?: KafkaCertificates
}

/** A login by SASL. */
export type KafkaLogin =
  | { readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'; readonly username: string; readonly password: string }
  | {
      readonly mechanism: 'OAUTHBEARER'
      /** A token that has not expired. Called at each login, and before a broker ends the session of the last token. */
      readonly token: () => Promise<string>
      readonly extensions: Readonly<Record<string, string>>
    }

/** Certificates and keys in PEM. */
export interface KafkaCertificates {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
  /** The name that certificates of brokers must be for, in place of the host of each broker. */
  readonly serverName?: string
}

/** A token cannot be had, or is not valid. The message names the setting and the reason, and no token. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
}
