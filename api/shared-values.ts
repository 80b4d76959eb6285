/** Values that are costly to make: kept for a while, and made once for all who ask meanwhile. */
export interface SharedValues<T> {
  get(key: string): Promise<T>
  /** What `get` would resolve with, where that is known; undefined otherwise. */
  peek(key: string): T | undefined
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
  const kept = new Map<string, { readonly madeTime: number; readonly value: Promise<T>; result?: T }>()
  return {
    peek(key) {
      const found = kept.get(key)
      return found && now() - found.madeTime < freshMs ? found.result : undefined
    },
    get(key) {
      const before = kept.get(key)
      if (before && now() - before.madeTime < freshMs) return before.value
      const made: { madeTime: number; value: Promise<T>; result?: T } = { madeTime: now(), value: make(key) }
      kept.delete(key)
      kept.set(key, made)
      const [oldest] = kept.keys()
      if (kept.size > valuesMax && oldest !== undefined) kept.delete(oldest)
      made.value.then(
        (result) => {
          made.result = result
        },
        () => {
          if (kept.get(key) === made) kept.delete(key)
        },
      )
      return made.value
    },
    forget(isForgotten) {
      for (const key of kept.keys()) if (isForgotten(key)) kept.delete(key)
    },
  }
}
