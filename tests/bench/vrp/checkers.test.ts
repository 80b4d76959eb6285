import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findTestData } from '../../fixtures/find-test-data.ts'
import { checkKim } from './check-kim.ts'
import { checkSolomon } from './check-solomon.ts'
import { checkVrplib } from './check-vrplib.ts'

const folder = findTestData('routing') ?? ''
const read = (path: string): string => readFileSync(join(folder, path), 'utf8')

describe.skipIf(folder === '')('the checkers of solutions', () => {
  it.each(['cvrp-x', 'multi-trip', 'prize'])(
    'find no fault with any best known solution of %s, nor with its cost',
    (kind) => {
      const names = readdirSync(join(folder, kind)).filter((name) => name.endsWith('.sol'))
      expect(names.length).toBeGreaterThan(0)
      for (const name of names) {
        const { faults } = checkVrplib(
          read(`${kind}/${name.replace('.sol', '.vrp')}`),
          read(`${kind}/${name}`),
        )
        expect(faults, name).toEqual([])
      }
    },
  )

  it('finds no fault with the best known solution of C101', () => {
    const verdict = checkSolomon(read('solomon/C101.txt'), C101)
    expect(verdict.faults).toEqual([])
    expect(verdict.cost).toBeCloseTo(828.94, 2)
  })

  it('tell who is missing, too early, overloaded, late or mispriced', () => {
    const [instance, solution] = [read('multi-trip/C201R0.5.vrp'), read('multi-trip/C201R0.5.sol')]
    const faultsOf = (from: string | RegExp, to: string): string => {
      expect(solution).toMatch(from)
      return checkVrplib(instance, solution.replace(from, to)).faults.join('\n')
    }
    expect(faultsOf('Cost: 15006', 'Cost: 15005')).toBe('it claims to cost 15005, and costs 15006')
    expect(faultsOf('67 74', '74')).toContain('customer 67 is visited 0 times')
    expect(faultsOf('67 74', '67 67 74')).toContain('customer 67 is visited 2 times')
    expect(faultsOf('67 74 72 61 64 69', '69 64 61 72 74 67')).toContain('is late at')
    expect(faultsOf(' 0 45 51', ' 45 51')).toContain('of 100')
    expect(faultsOf('75 2 0 68', '75 2\nRoute #9: 68')).toContain('9 vehicles drive, of 8')
    expect(checkVrplib(read('cvrp-x/X-n101-k25.vrp'), 'Route #1: 1 0 2\nCost 1').faults.join()).toContain(
      'on its way',
    )
  })

  it('holds a solution of C101 to its windows and loads', () => {
    const instance = read('solomon/C101.txt')
    const faultsOf = (from: string, to: string): string =>
      checkSolomon(instance, C101.replace(from, to)).faults.join('\n')
    expect(faultsOf('5 3 7', '3 5 7')).toContain('is late at 5')
    expect(faultsOf('75\nRoute #2: 13', '75 13')).toContain('carries')
    expect(faultsOf('828.94', '828.92')).toContain('claims')
  })

  it('holds a solution of Kim to loads, lunch and an empty lorry', () => {
    const instance = [
      '20 // capacity\n30 // yards a day\n3 // stops a day\n3600 // lunch\n40 // mph\nStop_ID',
      '0 0 0 800 1700 0 9999 0\n1 0 5280 0 2400 600 9999 2',
      '2 0 10560 0 2400 60 12 1\n3 10560 0 1000 1030 60 12 1\n4 0 0 1150 2400 60 2 1\n5 0 0 0 2400 60 2 1\n',
    ].join('\n')
    const judge = (solution: string): string => checkKim(instance, solution, 2).faults.join('\n')
    expect(judge('Route #1: 2 1 3 4 1\nRoute #2: 5 1\nCost 12.00')).toBe('')
    expect(judge('Route #1: 2 1 3 1 4 1\nRoute #2: 5 1\nCost 12.00')).toContain('claims')
    expect(judge('Route #1: 2 3 1 4 1\nRoute #2: 5 1\nCost 12.00')).toContain('carries 24 of 20')
    expect(judge('Route #1: 2 1 3 4\nRoute #2: 5 1\nCost 12.00')).toContain('comes home with 14')
    expect(judge('Route #1: 4 2 1 3 1\nRoute #2: 5 1\nCost 12.00')).toContain('route 1 is not in time')
    expect(judge('Route #1: 2 1 3 4 5 1\nCost 12.00')).toContain('makes 4 stops in a day of 3')
    expect(judge('Route #1: 2 1 3 1\nRoute #2: 5 1\nRoute #3: 4 1\nCost 12.00')).toContain('3 lorries')
    // Lunch from 11:00 makes it late for the stop, which is done when it is too late for lunch.
    const early = instance.replace('1150 2400 60', '1157 1158 240')
    expect(checkKim(early, 'Route #1: 2 1 3 4 1\nRoute #2: 5 1\nCost 12.00', 2).faults).toHaveLength(1)
  })
})

const C101 = `Route #1: 5 3 7 8 10 11 9 6 4 2 1 75
Route #2: 13 17 18 19 15 16 14 12
Route #3: 20 24 25 27 29 30 28 26 23 22 21
Route #4: 32 33 31 35 37 38 39 36 34
Route #5: 43 42 41 40 44 46 45 48 51 50 52 49 47
Route #6: 57 55 54 53 56 58 60 59
Route #7: 67 65 63 62 74 72 61 64 68 66 69
Route #8: 81 78 76 71 70 73 77 79 80
Route #9: 90 87 86 83 82 84 85 88 89 91
Route #10: 98 96 95 94 92 93 97 100 99
Cost 828.94
`
