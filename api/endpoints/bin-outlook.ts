import { z } from 'zod'
import type { Device } from '../../model/device.ts'
import { DEFAULT_THRESHOLD_PERCENT } from '../../model/device.ts'
import { type DatasetViews, refuseDelayed } from '../dataset-views.ts'
import { answers, documentedPublishable } from '../documented.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams, schemas } from '../schemas.ts'
import { createSharedValues } from '../shared-values.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Bins that are asked about at a time, so that others' questions come in between. */
const AT_A_TIME = 50
/** An outlook is good for so long, in ms at the clock's speed 1. */
const FRESH_MS = 600_000
/** As many as there are forecasts of. */
const BINS_MAX = 5_000
/** Some 100 bytes a bin. */
const AUTHORITIES_MAX = 20

const outlookSchema = z.object({
  items: z.array(
    z.object({
      device: z.string(),
      time: z.iso.datetime(),
      expectedPercent: z.number().min(0).max(100),
      chanceOfOverflow: z.number().min(0).max(1),
    }),
  ),
  next: z.null(),
})
schemas.add(outlookSchema, { id: 'BinOutlook' })
type Outlook = z.infer<typeof outlookSchema>

/** How all bins will stand in a day, for maps: of one bin, and of other times, its forecast says more. */
export function registerBinOutlook(
  app: Api,
  { directory, fillForecasts, clock }: Pick<ApiParts, 'directory' | 'fillForecasts' | 'clock'>,
  datasets: DatasetViews,
): void {
  const outlooks = createSharedValues<Outlook>({
    freshMs: FRESH_MS * clock.speed,
    valuesMax: AUTHORITIES_MAX,
    now: clock.now,
    make: foresee,
  })
  // Another authority of the same name is not told of this one's bins.
  directory.onRevocation(({ authority, keyHash }) => {
    if (keyHash === null) outlooks.forget((key) => key === authority)
  })

  app.get(
    '/v1/authorities/:authority/bins/outlook',
    {
      config: { scope: 'read', published: 'bins' },
      schema: {
        ...documentedPublishable(
          'maps',
          'getBinOutlook',
          'How full all bins will be in a day if nobody empties them',
          'With the chance that each is full by then. Bins of which nothing was read are left out, as are those after the first 5,000. Up to ten minutes old; the first answer for an authority takes some seconds. Without a key there is none where the authority tells bins later than they are measured.',
        ),
        params: authorityParams,
        response: answers(200, 'In the order of their ids', outlookSchema),
      },
    },
    async (request) => {
      const { authority } = request.params
      const shown = await datasets.show(request, authority, 'bins')
      refuseDelayed(shown)
      const outlook = await outlooks.get(authority)
      if (shown.isWhole) return outlook
      const ids = new Set(shown.listDevices().map(({ id }) => id))
      return { ...outlook, items: outlook.items.filter(({ device }) => ids.has(device)) }
    },
  )

  async function foresee(authority: string): Promise<Outlook> {
    // Of the whole hour, so that the answer stays the same within one as long as nothing is read.
    const now = Math.floor(clock.now() / HOUR_MS) * HOUR_MS
    const bins = [...directory.list(authority)]
      .flatMap(({ device }) => (device.kind === 'bin' ? [device] : []))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, BINS_MAX)
    const items: Outlook['items'] = []
    for (let first = 0; first < bins.length; first += AT_A_TIME) {
      const some = bins.slice(first, first + AT_A_TIME)
      items.push(...(await Promise.all(some.map((bin) => foreseeBin(authority, bin, now)))).flat())
    }
    return { items, next: null }
  }

  async function foreseeBin(
    authority: string,
    { id, settings }: Device,
    now: number,
  ): Promise<Outlook['items']> {
    const thresholdPercent = settings.thresholdPercent ?? DEFAULT_THRESHOLD_PERCENT
    const [answer] = await fillForecasts.forecastBin(authority, { id, stream: settings.stream ?? null }, [
      { now, times: [now + DAY_MS], thresholdPercent, assumption: 'nobody-empties' },
    ])
    const forecast = answer?.forecasts[0]
    if (!forecast || answer.time === null) return []
    return [
      {
        device: id,
        time: new Date(forecast.time).toISOString(),
        expectedPercent: Math.round(forecast.expectedPercent * 10) / 10,
        chanceOfOverflow: Math.round(forecast.chanceOfOverflow * 1_000) / 1_000,
      },
    ]
  }
}
