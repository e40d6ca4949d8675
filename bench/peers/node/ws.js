// npm's ws and ioredis: one Redis subscription for each room.
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_FOLDER}/`);
const { WebSocketServer } = require("ws");
const { Redis } = require("ioredis");

const redis = new Redis(process.env.REDIS_URL);
const rooms = new Map();
redis.on("message", (channel, text) => {
  const line = JSON.stringify({ message: text });
  for (const socket of rooms.get(channel) ?? []) socket.send(line);
});

const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.env.PORT), backlog: 4096, perMessageDeflate: false });
server.on("connection", (socket, request) => {
  const channel = `chat:${request.url.split("/")[3]}`;
  const room = rooms.get(channel) ?? new Set();
  if (room.size === 0) {
    rooms.set(channel, room);
    redis.subscribe(channel);
  }
  room.add(socket);
  socket.on("error", () => {});
  socket.on("close", () => {
    room.delete(socket);
    if (room.size === 0) {
      rooms.delete(channel);
      redis.unsubscribe(channel);
    }
  });
});
