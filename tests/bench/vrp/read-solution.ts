/** CVRPLIB's solutions: the numbers of each route as they stand, and the cost. */
export function readSolution(text: string): { routes: number[][]; cost: number } {
  const routes = [...text.matchAll(/^Route #\d+:[ \t]*(.*)$/gm)].map(([, numbers = '']) =>
    numbers.split(/\s+/).filter(Boolean).map(Number),
  )
  return { routes, cost: Number(/^Cost:?\s+(\S+)/m.exec(text)?.[1]) }
}
