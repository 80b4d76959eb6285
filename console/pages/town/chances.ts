import type { Api } from '../../api.ts'
import { keepFresh } from '../../keep-fresh.ts'

/** They change by the hour. */
const SECONDS = 600

interface Outlook {
  readonly device: string
  readonly chanceOfOverflow: number
}

export interface Chances {
  start(): void
  stop(): void
}

/** How likely each bin overflows within a day if nobody empties it, in percent, while that is looked at. */
export function createChances(
  api: Api,
  onKnown: (chances: ReadonlyMap<string, number>) => void,
  onError: (error: unknown) => void,
): Chances {
  let end: (() => void) | undefined
  return {
    start() {
      end ??= keepFresh(load, { seconds: SECONDS, onError })
    },
    stop() {
      end?.()
      end = undefined
    },
  }

  async function load(signal: AbortSignal): Promise<void> {
    const { items } = await api.get<{ items: Outlook[] }>('bins/outlook', signal)
    onKnown(new Map(items.map(({ device, chanceOfOverflow }) => [device, chanceOfOverflow * 100])))
  }
}
