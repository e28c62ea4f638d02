// grpc-js calls as promises.
import grpc from "@grpc/grpc-js";

// A call that hangs shall fail by itself, well before its case does.
const deadlineSeconds = 45;

export const deadlineIn = (milliseconds) => new Date(Date.now() + milliseconds);
const defaults = (options) => ({ deadline: deadlineIn(deadlineSeconds * 1000), ...options });

/** One request, one response: { response, headers, trailers }. An error carries its trailers as `metadata`. */
export function unary(client, method, request, { metadata = new grpc.Metadata(), options = {}, onCall = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const result = {};
    const call = client[method](request, metadata, defaults(options), (error, response) => {
      if (error) {
        error.headers = result.headers;
        reject(error);
      } else {
        result.response = response;
        if (result.trailers !== undefined) resolve(result);
      }
    });
    call.on("metadata", (headers) => { result.headers = headers; });
    call.on("status", (status) => {
      result.trailers = status.metadata;
      if (status.code === grpc.status.OK && result.response !== undefined) resolve(result);
    });
    onCall(call);
  });
}

/** Sends all requests; then as unary. A request may be [message, flags]. */
export function clientStream(client, method, requests, { metadata = new grpc.Metadata(), options = {} } = {}) {
  return new Promise((resolve, reject) => {
    const result = {};
    const call = client[method](metadata, defaults(options), (error, response) => {
      if (error) reject(error);
      else {
        result.response = response;
        if (result.trailers !== undefined) resolve(result);
      }
    });
    call.on("metadata", (headers) => { result.headers = headers; });
    call.on("status", (status) => {
      result.trailers = status.metadata;
      if (status.code === grpc.status.OK && result.response !== undefined) resolve(result);
    });
    for (const request of requests) call.write(request);
    call.end();
  });
}

export function serverStream(client, method, request, { metadata = new grpc.Metadata(), options = {} } = {}) {
  return new Incoming(client[method](request, metadata, defaults(options)));
}

export function duplex(client, method, { metadata = new grpc.Metadata(), options = {} } = {}) {
  return new Incoming(client[method](metadata, defaults(options)));
}

/** Responses of a stream in turn. */
export class Incoming {
  constructor(call) {
    this.call = call;
    this.waiting = [];
    this.arrived = [];
    this.headers = new Promise((resolve) => call.on("metadata", resolve));
    this.status = new Promise((resolve) => call.on("status", resolve));
    call.on("data", (response) => this.#arrive({ response }));
    call.on("error", (error) => this.#arrive({ error }));
    call.on("end", () => this.#arrive({ end: true }));
  }

  #arrive(event) {
    const next = this.waiting.shift();
    if (next) next(event);
    else this.arrived.push(event);
  }

  /** The next response; undefined after the last one. Throws the error that the call ended with. */
  async next() {
    const event = this.arrived.length > 0 ? this.arrived.shift() : await new Promise((resolve) => this.waiting.push(resolve));
    if (event.error) throw event.error;
    if (!event.end) return event.response;

    // The stream of responses ends before the status is known; an error status follows as an error.
    const status = await this.status;
    if (status.code !== grpc.status.OK) throw Object.assign(new Error(`${status.code} ${status.details}`), status);
    return undefined;
  }

  async all() {
    const responses = [];
    for (let response = await this.next(); response !== undefined; response = await this.next()) responses.push(response);
    return responses;
  }

  write(message) {
    this.call.write(message);
  }

  end() {
    this.call.end();
  }
}

/** The error that a call ends with. */
export async function errorOf(promise) {
  let result;
  try {
    result = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`the call succeeded: ${JSON.stringify(result)?.slice(0, 200)}`);
}

/** Call options under which messages that `uncompressed` names go out without compression, on a channel that compresses. */
export function compressing(uncompressed) {
  return { interceptors: [(options, nextCall) => new CompressionChoice(nextCall(options), uncompressed)] };
}

class CompressionChoice extends grpc.InterceptingCall {
  constructor(call, uncompressed) {
    super(call);
    this.uncompressed = uncompressed;
  }

  sendMessageWithContext(context, message) {
    const noCompress = 2;
    super.sendMessageWithContext(this.uncompressed(message) ? { ...context, flags: noCompress } : context, message);
  }
}
