import type { Clock } from '../../model/clock.ts'
import type { Observation } from '../../model/observation.ts'
import type { LorryRound } from '../../model/round.ts'
import type { Registry } from '../../registry/registry.ts'
import { localDate } from '../../rounds/local-date.ts'
import { MINUTE_MS, type Observer } from './observer.ts'

/** Newest first: those of today are among them. */
const ROUNDS_MAX = 20

/** How far the lorries of today's rounds are. */
export function observeProgress({
  registry,
  clock,
}: {
  readonly registry: Registry
  readonly clock: Clock
}): Observer {
  return {
    subject: 'progress',
    everyMs: MINUTE_MS,
    async observe({ id, timeZone }, time) {
      const today = localDate(clock.now(), timeZone)
      const { items } = await registry.listRounds(id, { limit: ROUNDS_MAX })
      return items
        .filter(({ status, request }) => status === 'done' && request.date === today)
        .flatMap((round) => round.lorries.map((lorry) => describe(round.id, lorry, time)))
    },
  }
}

function describe(round: string, { lorryId, stops }: LorryRound, time: number): Observation<'progress'> {
  const lifts = stops.filter(({ type }) => type === 'lift')
  const countOf = (wanted: string): number => lifts.filter(({ status }) => status === wanted).length
  const done = countOf('done')
  const impossible = countOf('impossible')
  return {
    measurement: 'progress',
    time,
    tags: { round, lorry: lorryId },
    fields: { planned: lifts.length, done, impossible, left: lifts.length - done - impossible },
  }
}
