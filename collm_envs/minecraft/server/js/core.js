'use strict'

// All that bots do for Python: `handle` takes a request as JSON text and resolves to the answer as JSON text, and never rejects.
// Both transports call it: bridge.js reads lines, the package `javascript` calls it by name.

const path = require('path')
const { createRequire } = require('module')
const { Fault, need } = require('./fault')
const { endWithParent, forgetEnvironment, quiet } = require('./guards')
const { Session, pause } = require('./session')

const MOST_BOTS = 16
const MOST_CELLS = 1 << 21
const DEFAULT_TIMEOUT_MS = 10000
const NAME_FREE_MS = 1500
const PING_AGAIN_MS = 150
const ASKED_IN = '1.20.1' // any version's question is understood by every server

const sessions = new Map()
let library = null

// Loads the modules of a folder and stands guard. Once per process.
function open (folder, write = () => {}) {
  if (library) return true
  endWithParent()
  forgetEnvironment()
  quiet(write)
  process.removeAllListeners('warning')
  const load = createRequire(path.join(folder, 'package.json'))
  const protocol = load('minecraft-protocol')
  library = {
    mineflayer: load('mineflayer'),
    release: load('mineflayer/package.json').version,
    ping: protocol.ping,
    data: load('minecraft-data'),
    Vec3: load('vec3').Vec3
  }
  // An exception that nobody caught may have left any session half way: all of them end, and Python starts new ones.
  const shaken = error => {
    const fault = new Fault('server', `unexpected error in the bots' process: ${error && error.message ? error.message : error}`)
    write(error && error.stack ? error.stack : String(error))
    for (const session of sessions.values()) session.fail(fault)
  }
  process.on('uncaughtException', shaken)
  process.on('unhandledRejection', shaken)
  return true
}

async function handle (text) {
  try {
    const request = JSON.parse(text)
    return JSON.stringify({ ok: await answer(request, Date.now() + (request.timeout_ms || DEFAULT_TIMEOUT_MS)) })
  } catch (error) {
    const { kind, message } = Fault.from(error)
    return JSON.stringify({ error: { kind, message } })
  }
}

async function answer (request, until) {
  const { op } = request
  need(Object.hasOwn(operations, op), `unknown op ${String(op).slice(0, 40)}; there are: ${Object.keys(operations).join(', ')}`)
  return operations[op](request, until)
}

// -- operations -----------------------------------------------------------------------------------------------------------

const operations = {
  hello () {
    const { mineflayer, release } = library
    return { node: process.version, mineflayer: release, pid: process.pid, versions: mineflayer.testedVersions }
  },

  async join ({ session: id, host, port, version, names }, until) {
    need(typeof id === 'string' && /^[\w-]{1,40}$/.test(id), 'session has to be a name of letters, digits, - and _')
    const address = typeof host === 'string' && host && Number.isInteger(port) && port > 0 && port < 65536
    need(address, 'host and port have to be an address')
    need(Array.isArray(names) && names.length > 0 && names.length <= MOST_BOTS, `names have to be 1 to ${MOST_BOTS}`)
    const fit = names.every(name => /^\w{1,16}$/.test(name)) && new Set(names).size === names.length
    need(fit, 'names have to be different, of 1 to 16 letters, digits and _')
    if (sessions.has(id)) await operations.leave({ session: id })
    const found = await versionOf({ host, port, version, names }, until)
    const session = new Session(id, library)
    sessions.set(id, session)
    try {
      await session.join(names, { host, port, version: found }, until)
    } catch (error) {
      await operations.leave({ session: id })
      throw error
    }
    return { version: found, names }
  },

  act ({ session, steps, settle_ms: settle = 0 }, until) {
    need(Array.isArray(steps) && steps.every(step => Array.isArray(step.commands)), 'steps have to be a list of {bot, commands}')
    need(settle >= 0, 'settle_ms has to be 0 or more')
    return inOrder(session, one => one.act(steps, settle, until))
  },

  read ({ session, corner, size }, until) {
    need(triple(corner), 'corner has to be three whole numbers')
    const fits = triple(size) && size.every(one => one > 0) && size[0] * size[1] * size[2] <= MOST_CELLS
    need(fits, `size has to be three positive numbers, ${MOST_CELLS} cells at most`)
    return inOrder(session, one => one.read(corner, size, until))
  },

  state ({ session }) {
    return inOrder(session, one => one.state())
  },

  // The ids of all blocks of the version that the bots speak.
  blocks ({ session }) {
    return inOrder(session, one => [...one.bots.values()][0].registry.blocksArray.map(block => block.name))
  },

  async wait ({ ms }, until) {
    need(ms >= 0 && ms <= 600000, 'ms has to be 0 to 600000')
    if (Date.now() + ms > until) throw new Fault('timeout', `a wait of ${ms} ms is longer than the time left`)
    await pause(ms)
    return null
  },

  async batch ({ requests }, until) {
    const flat = Array.isArray(requests) && requests.every(one => one && one.op !== 'batch')
    need(flat, 'requests have to be a list of requests other than batch')
    const values = []
    for (const request of requests) {
      const own = request.timeout_ms ? Math.min(until, Date.now() + request.timeout_ms) : until
      values.push(await answer(request, own))
    }
    return values
  },

  // Without a session: all of them.
  async leave ({ session: id }) {
    const leaving = [...sessions.values()].filter(one => id === undefined || one.id === id)
    await Promise.all(leaving.map(one => one.leave()))
    for (const one of leaving) if (sessions.get(one.id) === one) sessions.delete(one.id)
    return null
  }
}

// One thing after the other: what two requests ask of the same bots must not mix.
function inOrder (id, work) {
  const session = sessions.get(id)
  if (!session) throw new Fault('ended', `there is no session ${id}: its bots have not joined, or have left`)
  const done = session.last.then(() => {
    if (session.fault) throw session.fault
    return work(session)
  })
  session.last = done.catch(() => {})
  return done
}

function triple (value) {
  return Array.isArray(value) && value.length === 3 && value.every(Number.isInteger)
}

// -- who is there, and what does it speak -----------------------------------------------------------------------------------

// The version to speak. The server is asked first: a wrong version, or a name that is in use, may otherwise end in silence, or
// throw out the player that has it.
async function versionOf ({ host, port, version, names }, until) {
  const given = version ? library.data(version) : null
  const tested = library.mineflayer.testedVersions
  if (version && !given) throw new Fault('version', `unknown Minecraft version ${version}; mineflayer knows ${tested.join(', ')}`)
  const patience = Math.min(until, Date.now() + NAME_FREE_MS)
  while (true) {
    const status = await ask(host, port, version || ASKED_IN, until)
    const { protocol, name } = status.version || {}
    if (given && given.version.version !== protocol) {
      const [theirs, ours] = [`${name} (protocol ${protocol})`, `${version} (protocol ${given.version.version})`]
      throw new Fault('version', `the server at ${host}:${port} speaks ${theirs}, not ${ours}`)
    }
    const listed = ((status.players && status.players.sample) || []).map(one => String(one.name).toLowerCase())
    const taken = names.filter(name => listed.includes(name.toLowerCase()))
    if (!taken.length) return version || spoken(protocol, name)
    // Bots that have just left are listed for a moment longer.
    if (Date.now() + PING_AGAIN_MS > patience) {
      throw new Fault('name_taken', `already logged in on ${host}:${port}: ${taken.join(', ')}`)
    }
    await pause(PING_AGAIN_MS)
  }
}

async function ask (host, port, version, until) {
  const left = Math.max(1, until - Date.now())
  try {
    return await library.ping({ host, port, version, closeTimeout: left, noPongTimeout: Math.min(left, 1000) })
  } catch (error) {
    if (error.message === 'ETIMEDOUT') {
      throw new Fault('timeout', `the server at ${host}:${port} takes connections and does not answer`)
    }
    throw new Fault('refused', `no Minecraft server answers at ${host}:${port}: ${error.message || error.code}`)
  }
}

function spoken (protocol, name) {
  const known = (library.data.postNettyVersionsByProtocolVersion.pc[protocol] || []).map(one => one.minecraftVersion)
  const tested = known.filter(one => library.mineflayer.testedVersions.includes(one))
  const best = tested[0] || known[0]
  if (!best) throw new Fault('version', `the server speaks ${name} (protocol ${protocol}), which mineflayer does not know`)
  return best
}

module.exports = { handle, open }
