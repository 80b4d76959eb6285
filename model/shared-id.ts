import { z } from 'zod'
import { ID_PATTERN } from './id.ts'

/** What a round calls another authority's device that is shared: ids have no slash, so it is no device of its own. */
export function formatSharedId(authority: string, device: string): string {
  return `${authority}/${device}`
}

/** Undefined where an id is that of a device of one's own. */
export function parseSharedId(id: string): { authority: string; device: string } | undefined {
  const [authority = '', device, ...rest] = id.split('/')
  if (device === undefined || rest.length > 0) return undefined
  return ID_PATTERN.test(authority) && ID_PATTERN.test(device) ? { authority, device } : undefined
}

/** A device in a round: one's own, or another authority's that is shared. */
export const binIdSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}(\/[A-Za-z0-9][A-Za-z0-9_-]{0,62})?$/,
    'must be the id of a bin, or of another authority and its bin that is shared, such as alpha/bin-1',
  )
