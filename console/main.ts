import { startShell } from './shell.ts'
import { startTheme } from './theme.ts'

startTheme()
void startShell()
