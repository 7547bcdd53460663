'use strict'

// What every Node process of ours does alike: it keeps quiet, and it ends when Python does.

const readline = require('readline')

const WATCH_MS = 500

// The end of its input tells a child that its parent is gone, unless a fork of the parent still holds the other end of the pipe:
// so that the parent's id is looked at as well.
function endWithParent () {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0)
  }, WATCH_MS).unref()
  process.stdin.on('end', () => process.exit(0))
  process.stdin.on('error', () => process.exit(0))
  // Python decides what Ctrl-C means.
  process.on('SIGINT', () => {})
}

// Libraries print; whatever the transport reads must not be disturbed by it.
function quiet (write) {
  for (const name of ['log', 'info', 'debug', 'warn', 'error']) console[name] = write
}

// Nothing of what Python's environment holds is any business of the libraries'.
function forgetEnvironment () {
  for (const name of Object.keys(process.env)) if (!['PATH', 'HOME', 'TZ', 'LANG'].includes(name)) delete process.env[name]
}

// Calls `answer(text)` for each line `NUMBER text` of the input; what it resolves to goes out as a line with the same number.
function serve (answer, write) {
  readline.createInterface({ input: process.stdin, crlfDelay: Infinity }).on('line', async line => {
    const space = line.indexOf(' ')
    write(`${line.slice(0, space)} ${await answer(line.slice(space + 1))}\n`)
  })
}

module.exports = { endWithParent, forgetEnvironment, quiet, serve }
