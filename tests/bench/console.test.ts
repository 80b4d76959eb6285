import { expect, test } from 'vitest'
import { benchConsole } from '../../bench/console.ts'
import { hasChromium } from '../fixtures/start-chromium.ts'

test.skipIf(!hasChromium)(
  'the frames of the town’s page are counted, looking on and moving the map',
  { timeout: 400_000 },
  async () => {
    const args = ['--bins', '60', '--counters', '20', '--buses', '15', '--seconds', '4']
    const result = await benchConsole(args)
    expect(result).toMatchObject({ bins: 60, counters: 20, buses: 15 })
    // How many there are depends on what else the machine does.
    expect(result['framesPerSecond']).toBeGreaterThan(0)
    expect(result['movingFramesPerSecond']).toBeGreaterThan(0)
    expect(result['framesPerSecond']).toBeGreaterThanOrEqual(result['worstFramesPerSecond'] ?? Number.NaN)
  },
)

test('numbers that are none are refused', async () => {
  await expect(benchConsole(['--bins', 'many'])).rejects.toThrow('--bins')
})
