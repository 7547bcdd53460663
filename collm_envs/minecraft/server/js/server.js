'use strict'

// The embedded server: flying-squid on a free port of the loopback, with our plugin. Arguments: the folder of the modules, the
// Minecraft version, the port (0: any free one). It tells its port in its first line of output, then answers console commands.

const path = require('path')
const { PassThrough } = require('stream')
const { createRequire } = require('module')
const { endWithParent, forgetEnvironment, quiet, serve } = require('./guards')

const [folder, version, port] = process.argv.slice(2)
const write = process.stdout.write.bind(process.stdout)
const log = text => process.stderr.write(String(text) + '\n')

endWithParent()
forgetEnvironment()
quiet(log)
process.stdout.on('error', () => process.exit(0))
process.on('uncaughtException', error => log(error && error.stack ? error.stack : error))
process.on('unhandledRejection', error => log(error && error.stack ? error.stack : error))

// flying-squid reads commands from the input and prompts on the output; both are Python's.
const input = process.stdin
Object.defineProperty(process, 'stdin', { value: new PassThrough(), configurable: true })
process.stdout.write = text => process.stderr.write(text)

const load = createRequire(path.join(folder, 'package.json'))
let serv = null
try {
  const plugin = require('./plugin')
  plugin.use(load)
  serv = load('flying-squid').createMCServer({
    version,
    host: '127.0.0.1',
    port: Number(port),
    motd: 'collm-envs',
    'max-players': 20,
    'online-mode': false,
    'everybody-op': true,
    logging: false,
    // Without it every login adds a handler, never removed, that ends the server at the first exception nobody caught.
    debug: () => {},
    noConsoleOutput: true,
    gameMode: 1,
    difficulty: 2,
    generation: { name: path.join(__dirname, 'plugin', 'flat.js'), options: { seed: 1 } },
    kickTimeout: 60000,
    plugins: { [path.join(__dirname, 'plugin')]: {} },
    'view-distance': plugin.VIEW,
    'max-entities': 200,
    modpe: false,
    'player-list-text': { header: { text: '' }, footer: { text: '' } },
    enforceSecureProfile: false,
    // Checking the protocol's own description takes half a second per login.
    validateChannelProtocol: false,
    beforePing: response => {
      response.players.sample = (serv ? serv.players : []).map(one => ({ name: one.username, id: one.uuid }))
      return response
    }
  })
} catch (error) {
  failed(error)
}

serv._server.on('error', error => { if (!serv.isReady) failed(error) })
serv.on('error', error => log(error && error.stack ? error.stack : error))
serv.on('clientError', (client, error) => {
  log(error && error.stack ? error.stack : error)
  // A connection that failed to say something hangs for half a minute otherwise, and the bot never knows.
  if (client.socket) client.socket.destroy()
})
serv.waitForReady(15000).then(() => {
  write(`0 ${JSON.stringify({ ok: { port: serv.listeningPort, version, pid: process.pid } })}\n`)
  Object.defineProperty(process, 'stdin', { value: input, configurable: true })
  serve(async text => {
    const replies = []
    await serv.collm.run(JSON.parse(text).command, { player: null, reply: words => replies.push(words) })
    return JSON.stringify({ ok: replies })
  }, write)
}, failed)

function failed (error) {
  const message = error && error.code === 'EADDRINUSE' ? `port ${port} is in use` : String((error && error.message) || error)
  write(`0 ${JSON.stringify({ error: { kind: 'server', message } })}\n`, () => process.exit(1))
}
