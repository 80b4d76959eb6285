import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { type Credentials, credentialsSchema } from '../model/connection.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16
/** The first byte of what is sealed: how it was. */
const FORMAT = 1

/** Encrypts what only the processes of this installation are to read, by AES-256-GCM. */
export interface CredentialSealer {
  /** For one connection of one authority: moved to another it cannot be read. */
  seal(authority: string, connection: string, credentials: Credentials): Uint8Array
  /** Undefined where it was sealed with another key, for another connection, or is damaged. */
  open(authority: string, connection: string, sealed: Uint8Array): Credentials | undefined
}

/** `secretKey` is KERBSIDE_SECRET_KEY, of at least 32 characters that nobody can guess. */
export function createCredentialSealer(secretKey: string): CredentialSealer {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'kerbside connection credentials', 32))
  return {
    seal(authority, connection, credentials) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      cipher.setAAD(Buffer.from(`${authority}/${connection}`))
      const text = Buffer.concat([cipher.update(JSON.stringify(credentials), 'utf8'), cipher.final()])
      return Buffer.concat([Uint8Array.of(FORMAT), nonce, cipher.getAuthTag(), text])
    },
    open(authority, connection, sealed) {
      if (sealed[0] !== FORMAT || sealed.length < 1 + NONCE_BYTES + TAG_BYTES) return undefined
      try {
        const nonce = sealed.subarray(1, 1 + NONCE_BYTES)
        const decipher = createDecipheriv('aes-256-gcm', key, nonce)
        decipher.setAAD(Buffer.from(`${authority}/${connection}`))
        decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES))
        const text = Buffer.concat([
          decipher.update(sealed.subarray(1 + NONCE_BYTES + TAG_BYTES)),
          decipher.final(),
        ])
        return credentialsSchema.parse(JSON.parse(text.toString()))
      } catch {
        return undefined
      }
    },
  }
}
