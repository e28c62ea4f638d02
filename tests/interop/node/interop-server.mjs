// The standard interoperability service on grpc-js: a server that we did not write, for our client.
//
//   node interop-server.mjs
//
// Prints {"port": …} and serves on loopback until its standard input ends. grpc-js does not compress what it sends, so the cases
// server_compressed_* need another server.
import grpc from "@grpc/grpc-js";
import { takeInflated } from "./lib/inflation.mjs";
import { testing } from "./lib/protos.mjs";

// A handler is not told whether its request arrived compressed; one is inflated just before it is parsed.
const service = { ...testing.TestService.service };
for (const name of ["UnaryCall", "StreamingInputCall"]) {
  const parse = service[name].requestDeserialize;
  service[name] = {
    ...service[name],
    requestDeserialize: (bytes) => {
      const request = parse(bytes);
      request.arrivedCompressed = takeInflated() > 0;
      return request;
    },
  };
}

const zeros = (size) => ({ type: "COMPRESSABLE", body: Buffer.alloc(size) });
const statusError = (code, details, metadata) => ({ code, details, metadata });

function echo(call) {
  const headers = new grpc.Metadata();
  const trailers = new grpc.Metadata();
  call.metadata.get("x-grpc-test-echo-initial").forEach((value) => headers.add("x-grpc-test-echo-initial", value));
  call.metadata.get("x-grpc-test-echo-trailing-bin").forEach((value) => trailers.add("x-grpc-test-echo-trailing-bin", value));
  call.sendMetadata(headers);
  return trailers;
}

function compressionError(request) {
  return request.expect_compressed?.value && !request.arrivedCompressed
    ? statusError(grpc.status.INVALID_ARGUMENT, "the message was to be compressed, and is not")
    : undefined;
}

async function writeResponses(call, parameters) {
  for (const { size, interval_us: microseconds } of parameters) {
    if (microseconds > 0) await new Promise((resolve) => setTimeout(resolve, microseconds / 1000));
    call.write({ payload: zeros(size) });
  }
}

function duplex(call, held) {
  const trailers = echo(call);
  let work = Promise.resolve();
  call.on("data", (request) => {
    work = work.then(async () => {
      if (request.response_status?.code) {
        call.emit("error", statusError(request.response_status.code, request.response_status.message, trailers));
        return;
      }
      if (held) held.push(...request.response_parameters);
      else await writeResponses(call, request.response_parameters);
    });
  });
  call.on("end", () => {
    work = work.then(() => writeResponses(call, held ?? [])).then(() => call.end(trailers));
  });
}

const handlers = {
  EmptyCall(call, done) {
    done(null, {}, echo(call));
  },

  UnaryCall(call, done) {
    const trailers = echo(call);
    const { response_status: status, response_size: size } = call.request;
    const problem = compressionError(call.request);
    if (problem) done(problem);
    else if (status?.code) done(statusError(status.code, status.message, trailers));
    else done(null, { payload: zeros(size) }, trailers);
  },

  StreamingInputCall(call, done) {
    let size = 0;
    let problem;
    call.on("data", (request) => {
      size += request.payload?.body.length ?? 0;
      problem ??= compressionError(request);
    });
    call.on("end", () => (problem ? done(problem) : done(null, { aggregated_payload_size: size })));
  },

  async StreamingOutputCall(call) {
    const trailers = echo(call);
    await writeResponses(call, call.request.response_parameters);
    call.end(trailers);
  },

  FullDuplexCall: (call) => duplex(call, undefined),
  HalfDuplexCall: (call) => duplex(call, []),
};

const server = new grpc.Server({ "grpc.max_receive_message_length": 80 * 1024 * 1024 });
server.addService(service, handlers);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(JSON.stringify({ port }) + "\n");
});
process.stdin.on("end", () => process.exit(0)).resume();
