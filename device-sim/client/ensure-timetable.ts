import { z } from 'zod'
import { createTownGtfs, nameTownGtfs } from '../town/create-town-gtfs.ts'
import type { Town } from '../town/town.ts'
import type { ApiClient } from './api-client.ts'

const versionsSchema = z.object({ current: z.object({ version: z.string() }).nullable() })

/** Puts the timetable of a town to use, unless it is in use, or one that somebody else has put there. */
export async function ensureTimetable(api: ApiClient, base: string, town: Town, now: number): Promise<void> {
  const year = new Date(now).getUTCFullYear()
  const { current } = versionsSchema.parse(await api.find(`${base}/gtfs`))
  const isOwn = current === null || current.version.startsWith(nameTownGtfs(town, year).replace(/\d+$/, ''))
  if (!isOwn || current?.version === nameTownGtfs(town, year)) return
  await api.put(`${base}/gtfs`, 'application/zip', createTownGtfs(town, year))
}
