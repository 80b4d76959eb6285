type JsonObject = Readonly<Record<string, unknown>>

/**
 * What a thing is after a JSON merge patch (RFC 7396): objects are merged, at every depth, null removes, and anything
 * else replaces. Nesting is as deep as that of what was parsed, so it is bounded where that is.
 */
export function mergePatch(target: JsonObject, patch: JsonObject): Record<string, unknown> {
  const merged = new Map(Object.entries(target))
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) merged.delete(name)
    else if (!isObject(change)) merged.set(name, change)
    else {
      const before = merged.get(name)
      merged.set(name, mergePatch(isObject(before) ? before : {}, change))
    }
  }
  // Defines what it is given, so that a name such as __proto__ is one as any other.
  return Object.fromEntries(merged)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
