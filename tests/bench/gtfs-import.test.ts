import { expect, test } from 'vitest'
import { benchGtfsImport } from '../../bench/gtfs-import.ts'

test('a feed that is made for it is imported in a process of its own, and measured', async () => {
  expect(await benchGtfsImport(['--generate', '10001'])).toMatchObject({
    stopTimes: 10_001,
    trips: 251,
    stopTimesPerSecond: expect.any(Number),
    peakMegabytes: expect.any(Number),
    warnings: 2,
  })
})

test.each([
  [[], 'one ZIP is expected'],
  [['/nowhere.zip'], 'there is no /nowhere.zip'],
  [['--generate', 'many'], '--generate is many'],
  [['--generate', '5', '--clock', 'sun'], '--clock is sun'],
])('what makes no sense is refused: %s', async (args, message) => {
  await expect(benchGtfsImport(args)).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
    message: expect.stringContaining(message),
  })
})
