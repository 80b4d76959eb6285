import type { RoundInput } from '../rounds/round-input.ts'
import type { ApiParts } from './parts.ts'
import { listSharedCounters } from './shared-counters.ts'

/** More counters than these make a plan wait for their histories; the first by id are asked, one's own before others'. */
const COUNTERS_MAX = 100

/**
 * Adds to what a round is planned from how fast the town's counters have measured its traffic, and those that others let it plan
 * with; `round` is its id.
 */
export async function addCounters(
  parts: Pick<ApiParts, 'registry' | 'directory' | 'trafficHistories' | 'clock'>,
  authority: string,
  input: RoundInput,
  round: string,
): Promise<RoundInput> {
  const { directory, trafficHistories, clock } = parts
  const own = [...directory.list(authority)]
    .flatMap(({ device: { id, kind, longitude, latitude } }) =>
      kind === 'traffic' && longitude !== null && latitude !== null
        ? [{ authority, id, longitude, latitude }]
        : [],
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, COUNTERS_MAX)
  const room = COUNTERS_MAX - own.length
  const counters = [...own, ...(await listSharedCounters(parts, { authority, round, room }))]
  const speedCounters: NonNullable<RoundInput['counters']>[number][] = []
  for (const { authority: owner, id, longitude, latitude } of counters) {
    const history = await trafficHistories.getHistory(owner, id)
    speedCounters.push({ longitude, latitude, history })
  }
  return { ...input, counters: speedCounters, now: clock.now() }
}
