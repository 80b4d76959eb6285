import { readFileSync } from 'node:fs'
import fastify from 'fastify'
import { answerProcessorTime } from './processor-time.ts'

/** Fastify and nothing else, which sends the bytes of files: `/0` of the first, and so on. */
const app = fastify()
for (const [index, path] of process.argv.slice(2).entries()) {
  const bytes = readFileSync(path)
  app.get(`/${index}`, (_request, reply) => reply.type('application/octet-stream').send(bytes))
}
answerProcessorTime(await app.listen({ host: '127.0.0.1', port: 0 }))
