import { type Credentials, credentialsSchema } from '../model/connection.ts'
import { createTextSealer } from './seal-text.ts'

/** Encrypts what connections tell other systems. */
export interface CredentialSealer {
  /** For one connection of one authority: moved to another it cannot be read. */
  seal(authority: string, connection: string, credentials: Credentials): Uint8Array
  /** Undefined where it was sealed with another key, for another connection, or is damaged. */
  open(authority: string, connection: string, sealed: Uint8Array): Credentials | undefined
}

/** `secretKey` is KERBSIDE_SECRET_KEY. */
export function createCredentialSealer(secretKey: string): CredentialSealer {
  const sealer = createTextSealer(secretKey, 'kerbside connection credentials')
  return {
    seal: (authority, connection, credentials) =>
      sealer.seal(`${authority}/${connection}`, JSON.stringify(credentials)),
    open(authority, connection, sealed) {
      const text = sealer.open(`${authority}/${connection}`, sealed)
      return text === undefined ? undefined : credentialsSchema.safeParse(JSON.parse(text)).data
    },
  }
}
