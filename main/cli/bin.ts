#!/usr/bin/env node
/** The door of the command line: what its files were compiled to before is at hand when they are loaded. */
import { keepCompiledCode } from './compiled-code.ts'

keepCompiledCode()
await import('./program.ts')
