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
