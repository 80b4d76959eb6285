import { z } from 'zod'
import { parseTime } from '../../model/time.ts'
import type { ApiClient } from './api-client.ts'

const mapSchema = z.object({
  features: z.array(z.object({ id: z.string(), properties: z.object({ time: z.string().nullish() }) })),
})

/** When each device of an authority last measured, in ms since 1970; those that never did are left out. */
export async function findLatestTimes(api: ApiClient, authority: string): Promise<Map<string, number>> {
  const times = new Map<string, number>()
  for (const collection of ['bins', 'counters', 'displays', 'vehicles']) {
    const { features } = mapSchema.parse(await api.find(`/authorities/${authority}/${collection}`))
    for (const { id, properties } of features) {
      const time = parseTime(properties.time)
      if (time !== undefined) times.set(id, time)
    }
  }
  return times
}
