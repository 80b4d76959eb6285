/** Tells the parent process where this one listens, and, whenever asked, its processor's time so far in microseconds. */
export function answerProcessorTime(url: string): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.(user + system)
  })
  process.on('disconnect', () => process.exit())
  process.send?.(url)
}
