import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { hasChromium, startChromium } from '../tests/fixtures/start-chromium.ts'
import { countFrames } from './console/count-frames.ts'

const AUTHORITY = 'city'
/** From the first picture until it is counted: the town is shown, and what only happens once is over. */
const SETTLE_MS = 8_000

/**
 * How many frames a second the town's page shows with 5,000 bins, 1,000 counters and 800 buses that report all the time: while
 * one looks on, and while the map is dragged and zoomed. Counted in Chromium's own trace; WebGL is drawn in software.
 */
export async function benchConsole(args: string[]): Promise<Record<string, number>> {
  const { values } = parseArgs({
    args,
    options: {
      bins: { type: 'string', default: '5000' },
      counters: { type: 'string', default: '1000' },
      buses: { type: 'string', default: '800' },
      seconds: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
    },
  })
  const [bins, counters, buses] = [values.bins, values.counters, values.buses].map(Number)
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)]
  if (!(bins && counters && buses && seconds > 0 && seed >= 0)) {
    throw new Error('--bins, --counters, --buses, --seconds and --seed are numbers')
  }
  if (!hasChromium) throw new Error('bench console needs Chromium')
  const server = fork(fileURLToPath(new URL('./console/serve-city.ts', import.meta.url)), [
    JSON.stringify({ authority: AUTHORITY, seed, size: { bins, counters, buses } }),
  ])
  let browser: Browser | undefined
  try {
    const [url] = await once(server, 'message')
    browser = await startChromium()
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await page.goto(`${url}/#/${AUTHORITY}/town`, { timeout: 150_000 })
    await page.getByText(String(buses), { exact: true }).waitFor({ timeout: 150_000 })
    await page.waitForTimeout(SETTLE_MS)
    const looking = await countFrames(browser, page, () => page.waitForTimeout(seconds * 1000))
    const moving = await countFrames(browser, page, () => moveMap(page, seconds))
    return {
      bins,
      counters,
      buses,
      framesPerSecond: looking.perSecond,
      worstFramesPerSecond: looking.worstPerSecond,
      movingFramesPerSecond: moving.perSecond,
      movingWorstFramesPerSecond: moving.worstPerSecond,
    }
  } finally {
    await browser?.close()
    server.disconnect()
  }
}

/** As somebody who looks around: drags to and fro, and zooms in and out again. */
async function moveMap(page: Page, seconds: number): Promise<void> {
  const until = performance.now() + seconds * 1000
  const [x, y] = [900, 420]
  for (let turn = 0; performance.now() < until; turn += 1) {
    const away = turn % 2 === 0 ? 150 : -150
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + away, y + away / 2, { steps: 20 })
    await page.mouse.up()
    await page.mouse.wheel(0, turn % 4 < 2 ? -300 : 300)
    await page.waitForTimeout(300)
  }
}
