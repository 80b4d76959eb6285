import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createFolder } from '../fixtures/create-folder.ts'
import { createReading } from '../fixtures/create-reading.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'
import { hasJudge } from '../fixtures/run-judge.ts'

const run = promisify(execFile)
/** From PyPI, the package of the same name; KERBSIDE_SCHEMATHESIS says where it is, if it is not on the PATH. */
const COMMAND = process.env['KERBSIDE_SCHEMATHESIS'] ?? 'schemathesis'
const SECONDS = Number(process.env['KERBSIDE_SCHEMATHESIS_SECONDS'] ?? 40)

/** A stream ends when its reader goes. */
const STREAMS = '/(events|changes)$'

/**
 * What a JSON schema cannot say, such as that one field goes without another, is refused with 400 though the schema takes it, and
 * a body of bytes that are no zip with 415. What is too long for Node to read is 431, whatever is in it.
 */
const EXPECTATIONS = `
[checks]
positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409, 415, 429, 431, 503]
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 431]
`

describe.skipIf(!hasJudge('schemathesis'))('Schemathesis', () => {
  test(
    'finds no answer that the OpenAPI document does not describe',
    async () => {
      const app = await createTestApp({
        limits: { requestsPerMinutePerAddress: 1_000_000, requestsPerMinutePerKey: 1_000_000 },
      })
      await app.createAuthority({
        id: 'alpha',
        published: ['bins', 'counters', 'departures', 'gtfs', 'gtfs-rt'],
      })
      await app.call('POST', '/v1/authorities/alpha/devices', {
        body: [
          { id: 'bin-1', kind: 'bin', longitude: -1.5, latitude: 53.8 },
          { id: 'counter-1', kind: 'traffic' },
        ],
      })
      await app.store.write([createReading({ time: '2026-02-15T11:00:00Z' })])
      const key = await app.registry.setInstallationKey()
      await app.app.listen({ host: '127.0.0.1', port: 0 })
      const { port } = app.app.server.address() as AddressInfo
      const folder = await createFolder()
      await writeFile(join(folder, 'schemathesis.toml'), EXPECTATIONS)
      const result = await run(
        COMMAND,
        [
          'run',
          `http://127.0.0.1:${port}/openapi.json`,
          '--checks=all',
          '--phases=examples,coverage,fuzzing',
          '--max-examples=5',
          `--max-time=${SECONDS}`,
          '--seed=1',
          '--no-shrink',
          '--request-timeout=20',
          '--suppress-health-check=all',
          '--warnings=off',
          `--exclude-path-regex=${STREAMS}`,
          `--header=Authorization: Bearer ${key}`,
          '--continue-on-failure',
        ],
        { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
      ).catch((error: { stdout: string; code: number }) => error)
      expect('code' in result ? result.stdout : '').toBe('')
    },
    (SECONDS + 120) * 1_000,
  )
})
