import { parentPort } from 'node:worker_threads'
import type { FillRequest, FillResponse } from './fill-forecaster.ts'
import { createFillTowns } from './fill-towns.ts'
import { sendError } from './remote-roads.ts'

// The entry of the worker thread that keeps the bins' histories and answers one request after the other.
const towns = createFillTowns()

parentPort?.on('message', (request: FillRequest) => {
  try {
    send({ id: request.id, value: answer(request) })
  } catch (error) {
    send({ id: request.id, error: sendError(error) })
  }
})

function answer(request: FillRequest): unknown {
  const { town } = request
  if (request.type === 'learn') return towns.learn(town, request.bins)
  if (request.type === 'relearn') return towns.relearn(town, request.bins)
  if (request.type === 'weigh') return towns.weigh(town, request.question)
  if (request.type === 'forecast') return towns.forecast(town, request.bin, request.questions)
  return towns.forget(town)
}

function send(response: FillResponse): void {
  parentPort?.postMessage(response)
}
