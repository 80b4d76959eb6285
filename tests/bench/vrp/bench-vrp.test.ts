import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { benchVrp } from '../../../bench/vrp.ts'
import { createFolder } from '../../fixtures/create-folder.ts'
import { findTestData } from '../../fixtures/find-test-data.ts'
import { checkKim } from './check-kim.ts'
import { checkSolomon } from './check-solomon.ts'
import { checkVrplib, type Verdict } from './check-vrplib.ts'

const folder = findTestData('routing') ?? ''

const CHECKS: readonly [
  path: string,
  check: (instance: string, solution: string) => Verdict,
  iterations: number,
][] = [
  ['cvrp-x/X-n101-k25.vrp', checkVrplib, 5_000],
  ['solomon/R101.txt', checkSolomon, 3_000],
  ['solomon/C101.txt', checkSolomon, 3_000],
  ['solomon/RC108.txt', checkSolomon, 3_000],
  ['multi-trip/C201R0.5.vrp', checkVrplib, 2_000],
  ['multi-trip/R203R0.25.vrp', checkVrplib, 2_000],
  ['prize/R1_10_5.vrp', checkVrplib, 300],
  ['kim2006/102_stop.txt', (instance, solution) => checkKim(instance, solution, 3), 1_000],
  ['kim2006/277_stop.txt', (instance, solution) => checkKim(instance, solution, 3), 300],
  ['kim2006/444_stop.txt', (instance, solution) => checkKim(instance, solution, 11), 3_000],
]

describe.skipIf(folder === '')('bench vrp', () => {
  it.each(CHECKS)(
    'writes a solution of %s that an independent checker confirms',
    async (path, check, iterations) => {
      const out = await createFolder()
      const lines: string[] = []
      const file = join(folder, path)
      const summary = await benchVrp([file, '--iterations', `${iterations}`, '--out', out], (line) =>
        lines.push(line),
      )
      const [{ instance, cost, bestKnown, gapPercent, vehicles }] = lines.map((line) => JSON.parse(line)) as [
        Record<string, number>,
      ]
      const solution = readFileSync(join(out, `${instance}.sol`), 'utf8')
      const verdict = check(readFileSync(file, 'utf8'), solution)
      expect(verdict.faults).toEqual([])
      expect(cost).toBeCloseTo(verdict.cost, 2)
      expect(solution.match(/^Route/gm)).toHaveLength(vehicles as number)
      // A budget as short as this shows that the way is sound, not how far it leads.
      expect(gapPercent).toBeCloseTo(100 * ((cost as number) / (bestKnown as number) - 1), 2)
      expect(gapPercent).toBeLessThan(10)
      expect(summary).toEqual({
        meanGapPercent: gapPercent,
        worstGapPercent: gapPercent,
        instances: 1,
        unservedCount: 0,
      })
    },
  )

  it('gives the same costs for the same seed', async () => {
    const run = async (seed: string): Promise<unknown> => {
      const file = join(folder, 'cvrp-x/X-n153-k22.vrp')
      const { meanGapPercent } = await benchVrp(
        [file, '--iterations', '500', '--seed', seed],
        () => undefined,
      )
      return meanGapPercent
    }
    expect(await run('3')).toBe(await run('3'))
    expect(await run('3')).not.toBe(await run('4'))
  })
})

it.each([
  [[], 'name the instances'],
  [['nowhere.vrp'], 'there is no nowhere.vrp'],
  [['a.vrp', '--seconds', '0'], '--seconds is 0'],
  [['a.vrp', '--seconds', '1', '--iterations', '1'], 'exclude each other'],
  [['a.vrp', '--threads', 'x'], '--threads is x'],
  [['a.vrp', '--threads', '2', '--clock', 'cpu'], 'of one thread'],
  [['package.json'], 'neither of CVRPLIB nor of Solomon nor of Kim'],
])('bench vrp refuses %j by name', async (args, message) => {
  await expect(benchVrp(args, () => undefined)).rejects.toThrow(message)
})
