'use strict'

// What flying-squid lacks for our tasks, as its plugin: commands in vanilla's syntax and in strict order, safe block commands,
// logins one per name, respawn, chunks that follow a teleport, and spiders. A command that is not here is unknown: none of
// flying-squid's own is reachable, as some of them end the server.

const { commandsOf } = require('./commands')
const { BadCommand } = require('./reading')
const { prepare } = require('./players')
const { Spiders } = require('./spiders')
const flat = require('./flat')

const VIEW = 3
const LONGEST = 32500
const UNKNOWN = 'Unknown or incomplete command, see below for error'
let load = null

module.exports = {
  VIEW,

  // Modules come from the folder that they were installed in.
  use (loader) { load = loader },
  load (name) { return load(name) },

  server (serv) {
    const { Vec3 } = load('vec3')
    serv.doDaylightCycle = false
    serv.playSound = () => {}
    serv.once('pluginsReady', () => {
      serv.playSound = () => {}
      serv.doDaylightCycle = false
      serv.time = 6000
      // A world without a store forgets what is unloaded.
      serv.overworld.unloadColumn = () => {}
      serv.getSpawnPoint = async () => new Vec3(8.5, flat.surface(serv.registry), 8.5)
    })
    const spiders = new Spiders(serv, Vec3)
    const commands = commandsOf(serv, spiders, Vec3)
    let last = Promise.resolve()
    serv.collm = {
      spiders,
      // One command after the other, whoever gave it.
      run (line, source) {
        last = last.then(() => obey(commands, line, source))
        return last
      }
    }
    serv.handleCommand = line => serv.collm.run(line, { player: null, reply: () => {} })
    serv.on('newPlayer', player => prepare(player, serv, VIEW))
  }
}

async function obey (commands, line, source) {
  const text = String(line).replace(/^\//, '').trim()
  const name = text.split(' ', 1)[0].replace(/^minecraft:/, '')
  try {
    if (text.length > LONGEST) throw new BadCommand('Incorrect argument for command: it is too long')
    if (!Object.hasOwn(commands, name)) throw new BadCommand(UNKNOWN, `${text.slice(0, 40)}<--[HERE]`)
    const words = await commands[name](text.slice(text.split(' ', 1)[0].length).trim(), source)
    if (words) source.reply(words)
  } catch (error) {
    if (error instanceof BadCommand) {
      for (const words of error.lines) source.reply(words)
    } else {
      console.error(error && error.stack ? error.stack : error)
      source.reply(`An unexpected error occurred trying to execute that command: ${error && error.message}`)
    }
  }
}
