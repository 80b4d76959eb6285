/** Values that are costly to make: kept for a while, and made once for all who ask meanwhile. */
export interface SharedValues<T> {
  get(key: string): Promise<T>
  /** What is being made is made to its end for those who wait for it, and for nobody else. */
  forget(isForgotten: (key: string) => boolean): void
}

export interface SharedValuesParts<T> {
  /** How long a value is good for, in ms of `now`. */
  readonly freshMs: number
  /** The least recently made goes where one more would be kept. */
  readonly valuesMax: number
  now(): number
  /** What rejects is not kept. */
  make(key: string): Promise<T>
}

export function createSharedValues<T>({
  freshMs,
  valuesMax,
  now,
  make,
}: SharedValuesParts<T>): SharedValues<T> {
  const kept = new Map<string, { readonly madeTime: number; readonly value: Promise<T> }>()
  return {
    get(key) {
      const before = kept.get(key)
      if (before && now() - before.madeTime < freshMs) return before.value
      const made = { madeTime: now(), value: make(key) }
      kept.delete(key)
      kept.set(key, made)
      const [oldest] = kept.keys()
      if (kept.size > valuesMax && oldest !== undefined) kept.delete(oldest)
      made.value.catch(() => {
        if (kept.get(key) === made) kept.delete(key)
      })
      return made.value
    },
    forget(isForgotten) {
      for (const key of kept.keys()) if (isForgotten(key)) kept.delete(key)
    },
  }
}
