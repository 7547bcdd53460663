'use strict'

// The bots of one environment. Whatever waits for something waits under `guard`, so that it ends with the session or in time.

const { Fault } = require('./fault')
const { isError, kindOfKick, plain, wordsOf } = require('./replies')

const POLL_MS = 15
const LEAVE_MS = 1000
const MOST_MESSAGES = 20
const SPIDERS_WITHIN = 64
const HEAL = /^\/?effect give (\S+) (?:minecraft:)?instant_health\b/
const REFUSING = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EADDRNOTAVAIL'])
const LOST = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_DESTROYED'])

class Session {
  constructor (id, library) {
    this.id = id
    this.library = library
    this.bots = new Map()
    this.waiters = new Set()
    this.messages = []
    this.fault = null
    this.leaving = false
    this.tokens = 0
    this.last = Promise.resolve()
  }

  // -- life -----------------------------------------------------------------------------------------------------------

  async join (names, { host, port, version }, until) {
    for (const name of names) this.connect(name, { host, port, version })
    const bots = [...this.bots.values()]
    await this.guard(Promise.all(bots.map(bot => bot.collm.spawned)), until, `${names.join(', ')} to log in`)
    await this.guard(this.poll(() => bots.every(bot => around(bot))), until, 'the world around the bots')
  }

  connect (name, { host, port, version }) {
    let bot
    try {
      bot = this.library.mineflayer.createBot({
        host,
        port,
        version,
        username: name,
        auth: 'offline',
        physicsEnabled: false,
        viewDistance: 6,
        hideErrors: true,
        logErrors: false
      })
    } catch (error) {
      throw new Fault('version', error.message)
    }
    const own = { name, died: false, tokens: new Map(), ended: false }
    bot.collm = own
    this.bots.set(name, bot)
    own.spawned = new Promise(resolve => bot.once('spawn', resolve))
    own.gone = new Promise(resolve => bot.once('end', resolve))
    bot.on('error', error => this.troubled(name, error))
    bot.on('kicked', reason => {
      const words = wordsOf(reason)
      this.fail(new Fault(kindOfKick(words), `${name} was kicked: ${words}`))
    })
    bot.on('end', reason => {
      own.ended = true
      const kind = kindOfKick(String(reason)) === 'version' ? 'version' : 'ended'
      this.fail(new Fault(kind, `the connection of ${name} ended: ${reason}`))
    })
    bot.on('death', () => { own.died = true })
    bot.on('messagestr', (text, _position, message) => this.heard(bot, plain(text), message && message.json))
  }

  troubled (name, error) {
    const code = error && error.code
    if (REFUSING.has(code)) this.fail(new Fault('refused', `${name} cannot connect: ${error.message}`))
    else if (LOST.has(code)) this.fail(new Fault('ended', `the connection of ${name} broke: ${error.message}`))
    // Anything else is a packet that the client could not read; the connection goes on, and a read-back tells what is true.
  }

  heard (bot, text, message) {
    const waiting = bot.collm.tokens.get(text)
    if (waiting) {
      bot.collm.tokens.delete(text)
      waiting.resolve()
      return
    }
    // A refused barrier is quoted in the refusal.
    for (const [token, { reject }] of bot.collm.tokens) {
      if (text.includes(token)) {
        bot.collm.tokens.delete(token)
        const { name } = bot.collm
        reject(new Fault('server', `${name} may not use /tellraw: make it an operator (op ${name}); the server says: ${text}`))
        return
      }
    }
    if (isError(message, text) && this.messages.length < MOST_MESSAGES) this.messages.push({ bot: bot.collm.name, text })
  }

  fail (fault) {
    if (this.leaving || this.fault) return
    this.fault = fault
    for (const reject of [...this.waiters]) reject(fault)
  }

  async leave () {
    this.leaving = true
    const left = new Fault('ended', 'the bots have left')
    this.fault = this.fault || left
    for (const reject of [...this.waiters]) reject(left)
    const bots = [...this.bots.values()]
    for (const bot of bots) quietly(() => bot.quit())
    await within(Promise.all(bots.map(bot => bot.collm.ended || bot.collm.gone)), LEAVE_MS)
    for (const bot of bots) quietly(() => bot._client.socket && bot._client.socket.destroy())
    this.bots.clear()
  }

  // The promise's value, unless the session fails or the time `until` comes first.
  guard (promise, until, what) {
    return new Promise((resolve, reject) => {
      let timer = null
      const end = (settle, value) => {
        clearTimeout(timer)
        this.waiters.delete(failed)
        settle(value)
      }
      const failed = fault => end(reject, fault)
      if (this.fault) {
        promise.catch(() => {})
        reject(this.fault)
        return
      }
      this.waiters.add(failed)
      const late = new Fault('timeout', `no answer from the server in time, while waiting for ${what}`)
      timer = setTimeout(() => failed(late), Math.max(0, until - Date.now()))
      promise.then(value => end(resolve, value), error => end(reject, error))
    })
  }

  async poll (holds) {
    while (!this.fault && !holds()) await pause(POLL_MS)
  }

  bot (name) {
    const bot = this.bots.get(name)
    if (!bot) throw new Fault('bad_request', `no bot ${name} in session ${this.id}; there are: ${[...this.bots.keys()].join(', ')}`)
    return bot
  }

  // -- what bots do -----------------------------------------------------------------------------------------------------

  // Resolves when the server has done all that this bot told it before, and the bot has heard of it.
  async sync (bot, until) {
    const token = `sync-${this.id}-${++this.tokens}`
    const heard = new Promise((resolve, reject) => bot.collm.tokens.set(token, { resolve, reject }))
    bot.chat(`/tellraw @s {"text":"${token}"}`)
    try {
      await this.guard(heard, until, `${bot.collm.name}'s commands`)
    } finally {
      bot.collm.tokens.delete(token)
    }
  }

  async act (steps, settle, until) {
    this.messages = []
    for (const { bot: name, commands } of steps) {
      const bot = this.bot(name)
      for (const command of commands) bot.chat(command)
      await this.sync(bot, until)
      await this.healed(commands, name, until)
    }
    // Every bot has then been told of everything, not only those that acted.
    await Promise.all([...this.bots.values()].map(bot => this.sync(bot, until)))
    if (settle) await this.guard(pause(settle), until, 'the world to settle')
    return { messages: this.messages }
  }

  async healed (commands, by, until) {
    for (const command of commands) {
      const [, target] = HEAL.exec(command) || []
      if (!target) continue
      for (const bot of this.bots.values()) {
        if (target !== '@a' && bot.collm.name !== (target === '@s' ? by : target)) continue
        await this.sync(bot, until)
        bot.collm.died = false
      }
    }
  }

  state () {
    return [...this.bots.values()].map(bot => {
      const { position } = bot.entity
      const spiders = Object.values(bot.entities).filter(one => {
        return one.name === 'spider' && one.position.distanceTo(position) <= SPIDERS_WITHIN
      })
      const dead = bot.collm.died
      return { name: bot.collm.name, health: dead ? 0 : bot.health, dead, position: position.toArray(), spiders: spiders.length }
    })
  }

  // The block ids of a box, as every bot sees them: x fastest, then z, then y.
  async read (corner, size, until) {
    const bots = [...this.bots.values()]
    let apart = ''
    while (true) {
      if (this.fault) throw this.fault
      const views = bots.map(bot => view(bot, corner, size, this.library.Vec3))
      apart = difference(bots, views, corner, size)
      if (!apart) return inNames(views[0], bots[0].registry)
      if (Date.now() + POLL_MS > until) throw new Fault('timeout', `the bots do not agree on what stands there: ${apart}`)
      await pause(POLL_MS)
    }
  }
}

// -- reading the world --------------------------------------------------------------------------------------------------

function view (bot, [x0, y0, z0], [width, height, depth], Vec3) {
  const states = new Uint32Array(width * height * depth)
  const at = new Vec3(0, 0, 0)
  for (let x = 0; x < width; x++) {
    for (let z = 0; z < depth; z++) {
      const column = bot.world.getColumn((x0 + x) >> 4, (z0 + z) >> 4)
      if (!column) return null
      at.x = (x0 + x) & 15
      at.z = (z0 + z) & 15
      for (let y = 0; y < height; y++) {
        at.y = y0 + y
        states[(y * depth + z) * width + x] = column.getBlockStateId(at)
      }
    }
  }
  return states
}

function difference (bots, views, [x0, y0, z0], [width, height, depth]) {
  for (const [i, states] of views.entries()) {
    const name = bots[i].collm.name
    if (!states) return `${name} has not received all of it`
    const cell = states.findIndex((state, j) => state !== views[0][j])
    if (cell < 0) continue
    const place = [x0 + cell % width, y0 + Math.floor(cell / (width * depth)), z0 + Math.floor(cell / width) % depth]
    const [one, other] = [views[0], states].map((seen, j) => blockName(bots[j ? i : 0].registry, seen[cell]))
    return `at ${place.join(' ')} ${bots[0].collm.name} sees ${one} and ${name} ${other}`
  }
  return ''
}

function blockName (registry, state) {
  const block = registry.blocksByStateId[state]
  return block ? block.name : `state_${state}`
}

function inNames (states, registry) {
  const palette = []
  const indices = new Map()
  const named = new Map()
  const cells = Buffer.alloc(states.length * 2)
  for (let i = 0; i < states.length; i++) {
    let index = indices.get(states[i])
    if (index === undefined) {
      const name = blockName(registry, states[i])
      index = named.get(name)
      if (index === undefined) {
        index = palette.push(name) - 1
        named.set(name, index)
      }
      indices.set(states[i], index)
    }
    cells.writeUInt16LE(index, i * 2)
  }
  return { palette, cells: cells.toString('base64') }
}

// Whether a bot has the chunks that it stands among.
function around (bot) {
  if (!bot.entity || !bot.world) return false
  const [x, z] = [bot.entity.position.x, bot.entity.position.z].map(one => Math.floor(one) >> 4)
  for (let dx = -1; dx <= 1; dx++) for (let dz = -1; dz <= 1; dz++) if (!bot.world.getColumn(x + dx, z + dz)) return false
  return true
}

function pause (ms) {
  return new Promise(resolve => setTimeout(resolve, ms))
}

async function within (promise, ms) {
  let timer
  await Promise.race([promise, new Promise(resolve => { timer = setTimeout(resolve, ms) })])
  clearTimeout(timer)
}

function quietly (what) {
  try {
    what()
  } catch {
    // It is gone already, which is what was wanted.
  }
}

module.exports = { Session, pause }
