import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createTown } from '../tests/fixtures/api-client.ts'
import { startKerbside } from '../tests/fixtures/start-kerbside.ts'

const IDLE = fileURLToPath(new URL('./mqtt-idle.ts', import.meta.url))

/** What idle devices cost in memory, and how long it takes until all of them are back after all were cut off at once. */
export async function benchConnections(args: string[]): Promise<Record<string, number | string>> {
  const { values } = parseArgs({ args, options: { devices: { type: 'string', default: '10000' } } })
  const count = Number(values.devices)
  const folder = await mkdtemp(join(tmpdir(), 'kerbside-bench-'))
  const kerbside = await startKerbside(['up'], {
    KERBSIDE_DATA: folder,
    KERBSIDE_LIMITS: `connections=${count + 100},connectionsPerAddress=${count + 100}`,
  })
  const memoryMegabytes = async (): Promise<number> => {
    const status = await readFile(`/proc/${kerbside.child.pid}/status`, 'utf8')
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024)
  }
  try {
    const started = await memoryMegabytes()
    const devices = await createTown(kerbside.apiUrl, 'bench', count)
    const registered = await memoryMegabytes()
    const { hostname: host, port } = new URL(kerbside.mqttUrl)
    const file = join(folder, 'devices.json')
    await writeFile(file, JSON.stringify({ host, port: Number(port), devices }))
    const idle = spawn(process.execPath, [IDLE, file], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: idle.stdout })[Symbol.asyncIterator]()
    const ask = async (line: string): Promise<string> => {
      idle.stdin.write(`${line}\n`)
      const answer = await lines.next()
      if (answer.done) throw new Error('the devices ended')
      return answer.value
    }
    const connectMilliseconds = Number(await ask('connect'))
    const connected = await memoryMegabytes()
    await ask('drop')
    const reconnectMilliseconds = Number(await ask('connect'))
    const reconnected = await memoryMegabytes()
    idle.stdin.end()
    await once(idle, 'exit')
    return {
      devices: count,
      startedMegabytes: started,
      registeredMegabytes: registered,
      connectedMegabytes: connected,
      reconnectedMegabytes: reconnected,
      connectMilliseconds,
      reconnectMilliseconds,
    }
  } finally {
    await kerbside.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
