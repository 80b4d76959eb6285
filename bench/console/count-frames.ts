import type { Browser, Page } from 'playwright-core'

interface TraceEvent {
  readonly name: string
  /** Microseconds. */
  readonly ts: number
}

/** What Chromium's compositor does for each frame that it puts on the screen. */
const SHOWN = 'Display::DrawAndSwap'

/** The frames that Chromium's compositor draws while something goes on, on the mean and in the worst second. */
export async function countFrames(
  browser: Browser,
  page: Page,
  during: () => Promise<void>,
): Promise<{ perSecond: number; worstPerSecond: number }> {
  await browser.startTracing(page, { categories: ['viz'] })
  const startedAt = performance.now()
  await during()
  const seconds = (performance.now() - startedAt) / 1000
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[]
  }
  const times = traceEvents.flatMap(({ name, ts }) => (name === SHOWN ? [ts] : [])).sort((a, b) => a - b)
  const [first = 0] = times
  const bySecond = Array.from({ length: Math.floor(seconds) }, (_, second) => {
    const [from, to] = [first + second * 1e6, first + (second + 1) * 1e6]
    return times.filter((time) => time >= from && time < to).length
  })
  return { perSecond: Math.round((times.length / seconds) * 10) / 10, worstPerSecond: Math.min(...bySecond) }
}
