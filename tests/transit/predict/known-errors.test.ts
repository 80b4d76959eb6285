import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../model/random.ts'
import { createKnownErrors } from '../../../transit/predict/known-errors.ts'

const SECOND = 1000

describe('intervals from known errors', () => {
  test('hold four of five of the errors to come, also after they have become larger', () => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    process.stderr.write(`known errors: seed ${seed}\n`)
    const random = createRandom(seed)
    const errors = createKnownErrors()
    const shares = [1, 1, 2.5].map((spread, phase) => {
      let held = 0
      for (let count = 0; count < 5_000; count += 1) {
        const error = (random() + random() + random() - 1.3) * 60 * spread
        const { lowSeconds, highSeconds } = errors.interval(400)
        if (error >= lowSeconds && error <= highSeconds) held += 1
        errors.learn((phase * 5_000 + count) * SECOND, 400, error)
      }
      return held / 5_000
    })
    expect(shares[1]).toBeGreaterThan(0.77)
    expect(shares[1]).toBeLessThan(0.84)
    expect(shares[2]).toBeGreaterThan(0.74)
  })

  test('are kept apart by how far ahead was predicted', () => {
    const errors = createKnownErrors()
    for (let count = 0; count < 500; count += 1) {
      errors.learn(count * SECOND, 100, (count % 11) - 5)
      errors.learn(count * SECOND, 1_500, ((count % 11) - 5) * 60)
    }
    const near = errors.interval(100)
    const far = errors.interval(1_500)
    expect(near.highSeconds - near.lowSeconds).toBeLessThan(20)
    expect(far.highSeconds - far.lowSeconds).toBeGreaterThan(300)
    expect(far.deviationSeconds).toBeGreaterThan(near.deviationSeconds)
  })

  test('say before anything is known what is to be feared, and more of it further ahead', () => {
    const errors = createKnownErrors()
    expect(errors.interval(60).lowSeconds).toBeLessThan(-40)
    expect(errors.interval(1_200).highSeconds).toBeGreaterThan(400)
    expect(errors.interval(-5).highSeconds).toBeGreaterThan(0)
  })
})
