import { createHash, randomBytes } from 'node:crypto'

/** 128 random bits: what a device logs in with, or an applicant collects a key with. */
export function createPassword(): string {
  return randomBytes(16).toString('base64url')
}

/** 256 random bits behind a prefix by which a leaked key is recognised. */
export function createKeySecret(): string {
  return `kbs_${randomBytes(32).toString('base64url')}`
}

/** SHA-256. Secrets are random, so no slow hash is needed; only hashes are kept. */
export function hashSecret(secret: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(secret).digest())
}

/** 256 random bits as the Standard Webhooks specification writes those that messages are signed with. */
export function createHookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}
