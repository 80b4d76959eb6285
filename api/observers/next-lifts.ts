import type { Registry } from '../../registry/registry.ts'

/** Newest first: what is to be driven next is among them. */
const ROUNDS_MAX = 20

/** By bin, when a round that is planned lifts it next after a time; both in ms since 1970. */
export async function findNextLifts(
  registry: Pick<Registry, 'listRounds'>,
  authority: string,
  after: number,
): Promise<Map<string, number>> {
  const { items } = await registry.listRounds(authority, { limit: ROUNDS_MAX })
  const next = new Map<string, number>()
  for (const { status, lorries } of items) {
    if (status !== 'done') continue
    for (const stop of lorries.flatMap(({ stops }) => stops)) {
      if (stop.deviceId === null || (stop.status ?? 'planned') !== 'planned') continue
      const time = Date.parse(stop.arrivalTime)
      if (time > after) next.set(stop.deviceId, Math.min(time, next.get(stop.deviceId) ?? time))
    }
  }
  return next
}
