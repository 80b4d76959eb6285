/** The time of day in a time zone, such as 17:05. */
export function createLocalClock(timeZone: string): (time: number) => string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return (time) => format.format(time)
}
