import type { RoundInput } from '../rounds/round-input.ts'
import type { ApiParts } from './parts.ts'

/** More counters than these make a plan wait for their histories; the first by id are asked. */
const COUNTERS_MAX = 100

/** Adds to what a round is planned from how fast the town's counters have measured its traffic. */
export async function addCounters(
  { directory, trafficHistories, clock }: Pick<ApiParts, 'directory' | 'trafficHistories' | 'clock'>,
  authority: string,
  input: RoundInput,
): Promise<RoundInput> {
  const counters = [...directory.list(authority)]
    .flatMap(({ device: { id, kind, longitude, latitude } }) =>
      kind === 'traffic' && longitude !== null && latitude !== null ? [{ id, longitude, latitude }] : [],
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, COUNTERS_MAX)
  const speedCounters: NonNullable<RoundInput['counters']>[number][] = []
  for (const { id, longitude, latitude } of counters) {
    const history = await trafficHistories.getHistory(authority, id)
    speedCounters.push({ longitude, latitude, history })
  }
  return { ...input, counters: speedCounters, now: clock.now() }
}
