// Channels of grpc-js: each has one connection of its own.
import grpc from "@grpc/grpc-js";

const messageBytesMax = 80 * 1024 * 1024;

export function connect(Service, target, options = {}) {
  return new Service(target, grpc.credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
    "grpc.max_receive_message_length": messageBytesMax,
    "grpc.max_send_message_length": messageBytesMax,
    "grpc.enable_retries": 0,
    ...options,
  });
}

/** Requests go out compressed with gzip. */
export const gzipRequests = { "grpc.default_compression_algorithm": grpc.compressionAlgorithms.gzip };
