'use strict'

// The least that commands can take: two clients of the bare protocol, one of which sends them all and waits for one reply.
// Arguments: the folder of the modules, host, port, version, how many times. Commands come as JSON on the input; the seconds go out.

const path = require('path')
const { createRequire } = require('module')

const [folder, host, port, version, rounds] = process.argv.slice(2)
const { createClient } = createRequire(path.join(folder, 'package.json'))('minecraft-protocol')
const commands = JSON.parse(require('fs').readFileSync(0, 'utf8'))
const clients = ['floor_0', 'floor_1'].map(username => createClient({ host, port: Number(port), version, username, auth: 'offline' }))

function ready (client) {
  return new Promise((resolve, reject) => {
    client.once('position', resolve)
    client.once('error', reject)
    client.once('end', reason => reject(new Error(reason)))
  })
}

function reply (client, token) {
  return new Promise(resolve => {
    const heard = ({ formattedMessage, content }) => {
      if (!String(formattedMessage || content).includes(token)) return
      client.removeListener('systemChat', heard)
      resolve()
    }
    client.on('systemChat', heard)
  })
}

async function main () {
  await Promise.all(clients.map(ready))
  const seconds = []
  for (let round = 0; round < Number(rounds); round++) {
    const token = `floor-${round}`
    const start = process.hrtime.bigint()
    const replied = reply(clients[0], token)
    for (const command of commands) clients[0].chat(command)
    clients[0].chat(`/tellraw @s {"text":"${token}"}`)
    await replied
    seconds.push(Number(process.hrtime.bigint() - start) / 1e9)
  }
  console.log(JSON.stringify(seconds))
  process.exit(0)
}

main().catch(error => {
  console.error(error)
  process.exit(1)
})
