'use strict'

// An error that Python is told of by kind: refused, timeout, kicked, version, name_taken, ended, bad_request or server.
class Fault extends Error {
  constructor (kind, message) {
    super(message)
    this.kind = kind
  }

  static from (error) {
    if (error instanceof Fault) return error
    return new Fault('server', error && error.message ? error.message : String(error))
  }
}

// What refuses, checked where requests come in: Python sends what is right, so that anything else is a mistake of ours.
function need (holds, message) {
  if (!holds) throw new Fault('bad_request', message)
}

module.exports = { Fault, need }
