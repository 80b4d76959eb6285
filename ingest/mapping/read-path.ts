/**
 * What is at a path of a payload; undefined where nothing is, or null. A name with dots of its own is found as it is, before it is
 * taken for levels. Only what the payload itself has is looked at, not what JavaScript gives to every object.
 */
export function readPath(payload: unknown, path: string): unknown {
  let found = payload
  if (hasOwn(payload, path)) return payload[path] ?? undefined
  for (const level of path.split('.')) {
    if (!hasOwn(found, level)) return undefined
    found = found[level]
  }
  return found ?? undefined
}

function hasOwn(value: unknown, name: string): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
}
