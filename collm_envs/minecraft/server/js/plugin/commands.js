'use strict'

// The commands, by name: each takes what follows its name and who gave it, and returns the reply, or throws BadCommand.

const { blockCommands } = require('./blocks')
const { BadCommand, decimal, incorrect, integer, position, targets } = require('./reading')

const MODES = ['survival', 'creative', 'adventure', 'spectator']
const TIMES = { day: 1000, noon: 6000, night: 13000, midnight: 18000 }
const DIFFICULTIES = ['peaceful', 'easy', 'normal', 'hard']
const FULL = 20

function commandsOf (serv, spiders, Vec3) {
  const find = (text, source) => targets(text, source, serv, spiders)
  const players = (text, source) => {
    const found = (text === undefined ? [source.player].filter(Boolean) : find(text, source)).filter(one => one.username)
    if (!found.length) throw new BadCommand('No player was found')
    return found
  }
  const rules = new Map()

  return {
    ...blockCommands(serv),

    async tp (rest, source) {
      const words = rest.split(/\s+/)
      const who = words.length > 3 ? players(words[0], source) : players(undefined, source)
      const [x, y, z] = position(words.slice(-3), source, false)
      if (words.length > 4) throw incorrect(rest)
      for (const player of who) await player.collmTeleport(new Vec3(x, y, z))
      return `Teleported ${listed(who)} to ${x}, ${y}, ${z}`
    },

    gamemode (rest, source) {
      const [mode, target] = rest.split(/\s+/)
      const number = MODES.indexOf(mode)
      if (number < 0) throw new BadCommand(`Unknown game mode: ${mode}`)
      for (const player of players(target, source)) player.setGameMode(number)
      return `Set ${target || 'own'} game mode to ${mode}`
    },

    time (rest) {
      const [verb, value] = rest.split(/\s+/)
      if (verb !== 'set') throw incorrect(rest)
      const time = Object.hasOwn(TIMES, value) ? TIMES[value] : integer(value, 0, 2 ** 31 - 1)
      serv.setTime(time)
      return `Set the time to ${time}`
    },

    weather (rest) {
      const [kind] = rest.split(/\s+/)
      if (!['clear', 'rain', 'thunder'].includes(kind)) throw incorrect(rest)
      return `Set the weather to ${kind}`
    },

    gamerule (rest) {
      const [name, value] = rest.split(/\s+/)
      if (!/^[a-zA-Z]+$/.test(name)) throw incorrect(rest)
      if (value === undefined) return `Gamerule ${name} is currently set to: ${rules.has(name) ? rules.get(name) : 'true'}`
      if (!/^(true|false|\d+)$/.test(value)) throw new BadCommand(`Invalid value for a game rule: ${value}`)
      rules.set(name, value)
      return `Gamerule ${name} is now set to: ${value}`
    },

    difficulty (rest) {
      const number = DIFFICULTIES.indexOf(rest)
      if (number < 0) throw incorrect(rest)
      serv.difficulty = number
      if (number === 0) spiders.clear()
      return `The difficulty has been set to ${rest}`
    },

    // Nothing is ever unloaded here.
    forceload (rest) {
      const [verb, ...numbers] = rest.split(/\s+/)
      if (!['add', 'remove', 'query'].includes(verb)) throw incorrect(rest)
      for (const word of numbers.filter(one => one !== 'all')) integer(word.replace(/^~/, '') || '0', -3e7, 3e7)
      return `Force loading: ${verb} ${numbers.join(' ')}`
    },

    effect (rest, source) {
      const [verb, target, name, seconds, amplifier] = rest.split(/\s+/)
      if (verb === 'clear') return 'Removed every effect'
      if (verb !== 'give') throw incorrect(rest)
      const who = players(target, source)
      const effect = (name || '').replace(/^minecraft:/, '')
      if (effect !== 'instant_health') throw new BadCommand(`Unknown effect: ${name}`)
      if (seconds !== undefined) integer(seconds, 1, 1000000)
      const strength = amplifier === undefined ? 0 : integer(amplifier, 0, 255)
      for (const player of who) if (player.health > 0) player.updateHealth(Math.min(FULL, player.health + 4 * 2 ** strength))
      return `Applied effect instant_health to ${listed(who)}`
    },

    damage (rest, source) {
      const [target, amount] = rest.split(/\s+/)
      const who = find(target, source)
      const points = decimal(amount, 0, 1e9)
      if (!who.length) throw new BadCommand('No entity was found')
      const spared = who.some(one => one.username && one.invulnerable())
      if (spared) throw new BadCommand('Target is invulnerable to the given damage type')
      for (const one of who) one.username ? one.hurt(points) : spiders.hurt(one, points)
      return `Applied ${points} damage to ${listed(who)}`
    },

    tellraw (rest, source) {
      const [, target, text] = /^(\S+)\s+(.+)$/.exec(rest) || []
      if (!target) throw incorrect(rest)
      let component
      try {
        component = JSON.parse(text)
      } catch {
        throw new BadCommand('Invalid chat component', `${text}<--[HERE]`)
      }
      // In the console nobody listens, and that is no error.
      const who = target === '@s' && !source.player ? [] : players(target, source)
      for (const player of who) player.system(typeof component === 'string' ? { text: component } : component)
      if (!source.player) source.reply(typeof component === 'string' ? component : String(component.text))
    },

    op (rest, source) {
      const found = serv.players.find(one => one.username === rest)
      if (!/^\w{1,16}$/.test(rest)) throw incorrect(rest)
      return found && found.op ? 'Nothing changed. The player already is an operator' : `Made ${rest} a server operator`
    },

    list () {
      return `There are ${serv.players.length} of a max of ${serv._server.maxPlayers} players online: ${listed(serv.players)}`
    },

    summon (rest, source) {
      const [, kind, after] = /^(\S+)\s*(.*)$/.exec(rest) || []
      if ((kind || '').replace(/^minecraft:/, '') !== 'spider') throw new BadCommand(`Unknown entity: ${kind}`)
      const [, where, data] = /^([^{]*)(\{.*\})?$/.exec(after) || []
      if (where === undefined) throw incorrect(rest)
      const words = where.trim() ? where.trim().split(/\s+/) : ['~', '~', '~']
      const [x, y, z] = position(words, source, false)
      if (serv.difficulty === 0) throw new BadCommand('Unable to summon entity: the difficulty is peaceful')
      spiders.summon(new Vec3(x, y, z), attackOf(data || ''), tagsOf(data || ''))
      return 'Summoned new Spider'
    },

    kill (rest, source) {
      const who = rest ? find(rest, source) : players(undefined, source)
      if (!who.length) throw new BadCommand('No entity was found')
      for (const one of who) one.username ? one.hurt(Infinity) : spiders.kill(one)
      return who.length === 1 ? `Killed ${listed(who)}` : `Killed ${who.length} entities`
    },

    collm_seed (rest) {
      spiders.seed(integer(rest, 0, Number.MAX_SAFE_INTEGER))
      return `Spiders are drawn from seed ${rest}`
    }
  }
}

function listed (who) {
  return who.map(one => one.username || 'Spider').join(', ')
}

// A number or a list in the data of `summon`, which has JSON's form without its quotes.
function attackOf (data) {
  for (const [entry] of data.matchAll(/\{[^{}]*attack_damage[^{}]*\}/g)) {
    const [, base] = /\bBase:\s*([\d.]+)[dDfF]?/.exec(entry) || []
    if (base !== undefined) return decimal(base, 0, 2048)
  }
  return 2
}

function tagsOf (data) {
  const [, inside] = /\bTags:\s*\[([^\]]*)\]/.exec(data) || []
  return (inside || '').split(',').map(tag => tag.trim().replace(/^["']|["']$/g, '')).filter(Boolean)
}

module.exports = { commandsOf }
