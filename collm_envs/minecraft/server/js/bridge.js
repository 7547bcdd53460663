'use strict'

// The bots' process: a request per line of the input, an answer per line of the output. Argument: the folder of the modules.

const { serve } = require('./guards')
const { handle, open } = require('./core')

const write = process.stdout.write.bind(process.stdout)
process.stdout.on('error', () => process.exit(0))
open(process.argv[2], text => process.stderr.write(text + '\n'))
serve(handle, write)
