import type { Rejection } from '../model/rejection.ts'
import { formatTime } from '../model/time.ts'
import type { CounterSums, Registry } from '../registry/registry.ts'
import { INCREASE_MAX } from './counters/count-increase.ts'
import { type Counted, CounterSeries } from './counters/counter-series.ts'
import type { CountedElement, DecodedMessages } from './decode-messages.ts'

/**
 * Makes differences of the ever-growing sums of counters, once it is settled when they were. `settle` moves what is `counted` to the
 * readings and the quarantined, and resolves with the sums that are to be recorded; until `forget` says that they are, they are
 * remembered here, for the messages behind them. Holds no more than what is under way.
 */
export function createCounterSettler(findCounterSums: Registry['findCounterSums']): {
  settle(decoded: DecodedMessages): Promise<readonly CounterSums[]>
  forget(sums: readonly CounterSums[]): void
} {
  const unrecorded = new Map<string, Map<number, CounterSums>>()
  return {
    async settle(decoded) {
      if (decoded.counted.length === 0) return []
      const asked = listAsked(decoded.counted)
      // What is unrecorded is looked up before the registry is asked: by the answer it may have become recorded.
      const under = [...asked.keys()].flatMap((key) => [...(unrecorded.get(key)?.values() ?? [])])
      const series = new Map<string, CounterSeries>()
      for (const point of [...(await findCounterSums([...asked.values()])), ...under]) {
        getOrCreate(series, keyOf(point), () => new CounterSeries()).learn(point)
      }
      const fresh = new Map<string, CounterSums>()
      for (const element of decoded.counted) {
        for (const point of settleElement(element, series, decoded)) {
          fresh.set(`${keyOf(point)}/${point.time}`, point)
        }
      }
      decoded.counted.length = 0
      const points = [...fresh.values()]
      for (const point of points) {
        getOrCreate(unrecorded, keyOf(point), () => new Map<number, CounterSums>()).set(point.time, point)
      }
      return points
    },
    forget(sums) {
      for (const point of sums) {
        const ofCounter = unrecorded.get(keyOf(point))
        if (ofCounter?.get(point.time) === point) ofCounter.delete(point.time)
        if (ofCounter?.size === 0) unrecorded.delete(keyOf(point))
      }
    },
  }
}

/** Since when the sums of each counter have to be known. */
function listAsked(
  elements: readonly CountedElement[],
): Map<string, Parameters<Registry['findCounterSums']>[0][number]> {
  const asked = new Map<string, { authority: string; device: string; part: string; before: number }>()
  for (const { counters } of elements) {
    for (const { reading } of counters) {
      const { authority, device, part, time } = reading
      const known = asked.get(keyOf(reading))
      if (known) known.before = Math.min(known.before, time)
      else asked.set(keyOf(reading), { authority, device, part, before: time })
    }
  }
  return asked
}

function settleElement(
  element: CountedElement,
  series: Map<string, CounterSeries>,
  decoded: DecodedMessages,
): readonly CounterSums[] {
  let { isCounted } = element
  let problem: Counted['problem']
  const changed: CounterSums[] = []
  for (const { reading, sums } of element.counters) {
    const ofCounter = getOrCreate(series, keyOf(reading), () => new CounterSeries())
    const counted = ofCounter.add(reading, Object.fromEntries(sums))
    changed.push(...counted.changed)
    problem ??= counted.problem
    for (const one of counted.readings) {
      if (isCounted) decoded.uncounted.add(decoded.readings.length)
      isCounted = true
      decoded.readings.push(one)
      decoded.messageIndexes.push(element.messageIndex)
      decoded.elementIndexes.push(element.elementIndex)
    }
  }
  if (!isCounted) {
    decoded.quarantined.push(element.refuse(explain(problem ?? 'first_sum', element)))
    decoded.quarantinedMessageIndexes.push(element.messageIndex)
  }
  return changed
}

function explain(problem: NonNullable<Counted['problem']>, { counters }: CountedElement): Rejection {
  const [first] = counters
  const [name, sum] = first?.sums.entries().next().value ?? []
  const time = first ? formatTime(first.reading.time) : ''
  if (problem === 'out_of_order') {
    return {
      reason: 'out_of_order',
      detail: `${name}: ${sum?.sum} of ${time} came after later sums, of which the counts of that time are a part already`,
    }
  }
  if (problem === 'out_of_range') {
    return {
      reason: 'out_of_range',
      detail: `${name}: ${sum?.sum} of ${time} is too far from the sum before it, up to ${INCREASE_MAX} is allowed at once`,
    }
  }
  return {
    reason: 'first_sum',
    detail: `${name}: ${sum?.sum} of ${time} is the counter's first sum, or the first in 7 days; counts come from the next one on`,
  }
}

function keyOf({ authority, device, part }: Pick<CounterSums, 'authority' | 'device' | 'part'>): string {
  return `${authority}/${device}/${part}`
}

function getOrCreate<V>(map: Map<string, V>, key: string, create: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const created = create()
  map.set(key, created)
  return created
}
