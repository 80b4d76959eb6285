import type { Round, RoundStop } from '../../../model/round.ts'
import type { NewRoundMark } from '../../../model/round-mark.ts'
import type { RoundInput } from '../../../rounds/round-input.ts'

/** What crews did until now, up to a few minutes late; and now and then something goes wrong. */
export function drawMarks(
  round: Round,
  input: RoundInput,
  now: string,
  random: () => number,
): NewRoundMark[] {
  const pick = <T>(things: readonly T[]): T | undefined => things[Math.floor(random() * things.length)]
  const done = doneUntil(round, now).map((mark) => {
    const late = Date.parse(mark.time ?? now) + random() * 300_000
    return { ...mark, time: new Date(Math.min(Date.parse(now), late)).toISOString() }
  })
  const open = liftsOf(round).filter(({ departureTime, status }) => departureTime > now && status !== 'done')
  const drawn = random()
  if (drawn < 0.3) {
    const deviceId = idOf(pick(open))
    return deviceId === '' ? done : [...done, { type: 'impossible', deviceId }]
  }
  if (drawn < 0.5) {
    const lorryId = pick(round.lorries)?.lorryId
    return lorryId === undefined
      ? done
      : [...done, { type: random() < 0.5 ? 'breakdown' : 'reopened', lorryId }]
  }
  if (drawn < 0.7)
    return [...done, { type: 'reading', deviceId: pick(input.bins)?.id ?? '', fillPercent: 95 }]
  const lift = pick(open)
  return lift && drawn < 0.85 ? [...done, { type: 'done', deviceId: idOf(lift) }] : done
}

/** Marks of all lifts that were to be done by now, on time. */
export function doneUntil(round: Round, now: string): NewRoundMark[] {
  return liftsOf(round).flatMap(({ deviceId, departureTime, status }) =>
    departureTime <= now && status !== 'done' && deviceId !== null
      ? [{ type: 'done', deviceId, time: departureTime }]
      : [],
  )
}

/** Marks of the tips that lorries were to leave by now, some of them. */
export function drawTips(round: Round, now: string, random: () => number): NewRoundMark[] {
  return round.lorries.flatMap(({ lorryId, stops }) =>
    stops.flatMap(({ type, tipId, departureTime, status }): NewRoundMark[] =>
      type === 'tip' && tipId !== null && status !== 'done' && departureTime <= now && random() < 0.3
        ? [{ type: 'done', tipId, lorryId, time: departureTime }]
        : [],
    ),
  )
}

export function liftsOf(round: Pick<Round, 'lorries'>, lorryId?: string): RoundStop[] {
  return round.lorries.flatMap((lorry) =>
    lorryId === undefined || lorry.lorryId === lorryId
      ? lorry.stops.filter(({ type }) => type === 'lift')
      : [],
  )
}

export function idOf(stop: RoundStop | undefined): string {
  return stop?.deviceId ?? ''
}
