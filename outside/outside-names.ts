import type { LookupAddress } from 'node:dns'
import { type LookupAllOptions, lookup } from 'node:dns'
import { isPrivateAddress } from './is-private-address.ts'

/** What the names of outside hosts stand for, and which addresses are private; a test has names of its own. */
export interface OutsideNames {
  lookup(
    host: string,
    options: LookupAllOptions,
    callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
  ): void
  isPrivate(address: string): boolean
}

export const systemNames: OutsideNames = { lookup, isPrivate: isPrivateAddress }
