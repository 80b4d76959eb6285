import { KerbsideError } from '../model/error.ts'
import { type Share, stateOf } from '../model/share.ts'
import type { ApiParts } from './parts.ts'

/**
 * A share that an authority may use now. One that waits, is over, was withdrawn, or is another authority's rejects as one that never
 * was, after the same look: nobody learns which of them it is.
 */
export async function requireUsableShare(
  { registry, clock }: Pick<ApiParts, 'registry' | 'clock'>,
  authority: string,
  id: string,
): Promise<Share> {
  const share = await registry.getShare(authority, id)
  if (share.to === authority && stateOf(share, clock.now()) === 'active') return share
  throw new KerbsideError('NOT_FOUND', `There is no share "${id}".`)
}
