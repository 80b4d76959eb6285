import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16
/** The first byte of what is sealed: how it was. */
const FORMAT = 1

/** Encrypts what only the processes of this installation are to read, by AES-256-GCM. */
export interface TextSealer {
  /** For one place: moved to another it cannot be read. */
  seal(place: string, text: string): Uint8Array
  /** Undefined where it was sealed with another key, for another place or purpose, or is damaged. */
  open(place: string, sealed: Uint8Array): string | undefined
}

/** `secretKey` is KERBSIDE_SECRET_KEY, of at least 32 characters that nobody can guess; each purpose has a key of its own. */
export function createTextSealer(secretKey: string, purpose: string): TextSealer {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', purpose, 32))
  return {
    seal(place, text) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      cipher.setAAD(Buffer.from(place))
      const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([Uint8Array.of(FORMAT), nonce, cipher.getAuthTag(), encrypted])
    },
    open(place, sealed) {
      if (sealed[0] !== FORMAT || sealed.length < 1 + NONCE_BYTES + TAG_BYTES) return undefined
      try {
        const nonce = sealed.subarray(1, 1 + NONCE_BYTES)
        const decipher = createDecipheriv('aes-256-gcm', key, nonce)
        decipher.setAAD(Buffer.from(place))
        decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES))
        const text = Buffer.concat([
          decipher.update(sealed.subarray(1 + NONCE_BYTES + TAG_BYTES)),
          decipher.final(),
        ])
        return text.toString()
      } catch {
        return undefined
      }
    },
  }
}
