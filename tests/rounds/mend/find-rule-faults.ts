import type { LorryRound, RoundStop } from '../../../model/round.ts'
import type { MendedRound } from '../../../rounds/mend/mend-round.ts'
import type { RoundInput } from '../../../rounds/round-input.ts'

/**
 * The rules of the settings that what is still planned of a lorry's day breaks, in words: hours of bins and tips, streams,
 * skills, and the shift's end unless the changes say that it is not kept. A crew's own deeds break no rule.
 */
export function findRuleFaults(
  { lorryId, stops }: LorryRound,
  { after, input, now }: { readonly after: MendedRound; readonly input: RoundInput; readonly now: string },
): string[] {
  const faults: string[] = []
  const lorry = input.lorries.find(({ id }) => id === lorryId)
  if (!lorry) return []
  // In summer, in Berlin.
  const timeAt = (timeOfDay: string): number =>
    timeOfDay === '24:00'
      ? timeAt('00:00') + 86_400_000
      : Date.parse(`${input.request.date}T${timeOfDay}:00+02:00`)
  const takes = (streams: readonly string[], stream: string | null): boolean =>
    streams.length === 0 || stream === null || streams.includes(stream)
  const isOpen = ({ status, departureTime }: RoundStop): boolean =>
    status !== 'done' && status !== 'impossible' && departureTime > now
  const next = stops.findIndex(isOpen)
  let carried: string | null | undefined
  for (const [index, stop] of stops.entries()) {
    const leave = Date.parse(stop.departureTime)
    const bin = stop.deviceId === null ? undefined : input.bins.find(({ id }) => id === stop.deviceId)
    const tip = input.tips.find(({ id }) => id === stop.tipId)
    if (bin && stop.status !== 'impossible') {
      if (isOpen(stop)) {
        const begin = leave - (bin.serviceSeconds ?? 90) * 1000
        if (bin.collectFrom !== null && begin < timeAt(bin.collectFrom)) faults.push(`${bin.id} is too early`)
        if (bin.collectUntil !== null && begin > timeAt(bin.collectUntil))
          faults.push(`${bin.id} is too late`)
        if (!takes(lorry.streams, bin.stream)) faults.push(`${bin.id} is of another stream`)
        if (bin.skills.some((skill) => !lorry.skills.includes(skill))) faults.push(`${bin.id} needs a skill`)
        // A crew may be on its way with two streams, as it marked lifts in another order.
        if (index > next && carried !== undefined && carried !== bin.stream)
          faults.push(`${bin.id} is mixed in`)
      }
      carried = bin.stream
    }
    if (tip) {
      if (isOpen(stop)) {
        if (leave > timeAt(tip.closes)) faults.push(`${tip.id} is closed`)
        if (leave - tip.serviceSeconds * 1000 < timeAt(tip.opens)) faults.push(`${tip.id} is not yet open`)
        if (index > next && carried != null && !takes(tip.streams, carried)) {
          faults.push(`${tip.id} does not take ${carried}`)
        }
      }
      carried = undefined
    }
  }
  const last = stops.at(-1)
  const isTold = after.changes.some(
    ({ type, message }) => type === 'note' && message.startsWith(`lorry ${lorryId} `),
  )
  if (
    last?.type === 'end' &&
    isOpen(last) &&
    !isTold &&
    Date.parse(last.arrivalTime) > timeAt(lorry.shiftEnd)
  ) {
    faults.push('is back after its shift, and nobody is told')
  }
  if (last?.type === 'end' && last.load.litres > 0 && !isTold) faults.push('comes home with a load')
  return faults.map((fault) => `${lorryId}: ${fault}`)
}
