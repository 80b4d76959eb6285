import type { Registry } from '../registry/registry.ts'

/** Newest first: those of the last days are among them. */
const ROUNDS_MAX = 20

/** By bin, when a crew last marked that it was emptied, in ms since 1970; what was taken back since does not count. */
export async function findLifts(
  registry: Pick<Registry, 'listRounds'>,
  authority: string,
): Promise<Map<string, number>> {
  const lifts = new Map<string, number>()
  const { items } = await registry.listRounds(authority, { limit: ROUNDS_MAX })
  for (const { marks = [] } of items.toReversed()) {
    const before = new Map(lifts)
    for (const { type, deviceId, time } of marks) {
      if (deviceId === undefined) continue
      if (type === 'done') lifts.set(deviceId, Math.max(Date.parse(time), lifts.get(deviceId) ?? 0))
      if (type !== 'reopened') continue
      const earlier = before.get(deviceId)
      if (earlier === undefined) lifts.delete(deviceId)
      else lifts.set(deviceId, earlier)
    }
  }
  return lifts
}
