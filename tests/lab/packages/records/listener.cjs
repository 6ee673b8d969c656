// An HL7 interface of node-hl7-server: `listener.cjs MODULES PORT FILE` acknowledges each message.
//
// A number is written into FILE for each caller who sent something: how many bytes that were.
'use strict'

const diagnostics = require('node:diagnostics_channel')
const fs = require('node:fs')

const [modules, port, noted] = process.argv.slice(2)
const { Server } = require(`${modules}/node-hl7-server`)

diagnostics.subscribe('net.server.socket', ({ socket }) => {
  socket.on('close', () => {
    if (socket.bytesRead > 0) fs.appendFileSync(noted, `${socket.bytesRead}\n`)
  })
})

const server = new Server({ bindAddress: '127.0.0.1' })
server.createInbound({ port: Number(port) }, async (request, response) => {
  await response.sendResponse('AA')
})
