import { get, post } from "../site/api.js";

/** All rooms that the lobby shows. */
export const fetchRooms = () => get("/rooms");

/** A room and its members. */
export const fetchRoom = (code) => get(`/rooms/${code}`);

/** A room's messages: `{after}`, `{before}` or neither, and `{limit}`. */
export const fetchMessages = (code, query) => get(`/rooms/${code}/messages?${new URLSearchParams(query)}`);

/** Posts a message. The server stores the same `clientId` once. */
export const postMessage = (code, body, clientId) => post(`/rooms/${code}/messages`, { body, client_id: clientId });
