/** Calls `work` for every item, at most `limit` at once; rejects with the first failure, after which none is begun. */
export async function mapConcurrently<T>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let nextIndex = 0
  let hasFailed = false
  const worker = async (): Promise<void> => {
    while (nextIndex < items.length && !hasFailed) {
      const index = nextIndex++
      try {
        await work(items[index] as T, index)
      } catch (error) {
        hasFailed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
}
