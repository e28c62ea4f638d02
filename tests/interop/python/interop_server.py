"""The standard interoperability service on grpcio: a server that we did not write, which compresses what it sends.

    /usr/bin/python3 interop_server.py --descriptors FILE

Prints {"port": ...} and serves on loopback until its standard input ends. grpcio does not tell a handler whether a request arrived
compressed, so the cases client_compressed_* need another server.
"""

import argparse
import json
import os
import sys
import time
from concurrent import futures

import grpc

from schema import Schema

parser = argparse.ArgumentParser()
parser.add_argument("--descriptors", required=True)
schema = Schema.load(parser.parse_args().descriptors)
SERVICE = "grpc.testing.TestService"
Payload = schema.message("grpc.testing.Payload")
OutputResponse = schema.message("grpc.testing.StreamingOutputCallResponse")


def echo(context):
    sent = context.invocation_metadata()
    context.send_initial_metadata([item for item in sent if item[0] == "x-grpc-test-echo-initial"])
    context.set_trailing_metadata([item for item in sent if item[0] == "x-grpc-test-echo-trailing-bin"])


def end_with(status, context):
    if status.code:
        code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
        context.abort(code, status.message)


def compress(wanted, context):
    if not wanted:
        context.disable_next_message_compression()


def empty_call(request, context):
    echo(context)
    return schema.message("grpc.testing.Empty")()


def unary_call(request, context):
    if request.HasField("response_compressed") and request.response_compressed.value:
        context.set_compression(grpc.Compression.Gzip)
    echo(context)
    end_with(request.response_status, context)
    return schema.message("grpc.testing.SimpleResponse")(payload=Payload(body=bytes(request.response_size)))


def responses_to(request, context):
    for parameters in request.response_parameters:
        time.sleep(parameters.interval_us / 1e6)
        compress(parameters.compressed.value, context)
        yield OutputResponse(payload=Payload(body=bytes(parameters.size)))


def streaming_output_call(request, context):
    context.set_compression(grpc.Compression.Gzip)
    echo(context)
    yield from responses_to(request, context)


def streaming_input_call(requests, context):
    echo(context)
    total = sum(len(request.payload.body) for request in requests)
    return schema.message("grpc.testing.StreamingInputCallResponse")(aggregated_payload_size=total)


def full_duplex_call(requests, context):
    echo(context)
    for request in requests:
        end_with(request.response_status, context)
        yield from responses_to(request, context)


def half_duplex_call(requests, context):
    echo(context)
    for request in list(requests):
        yield from responses_to(request, context)


HANDLERS = {
    "EmptyCall": empty_call,
    "UnaryCall": unary_call,
    "StreamingOutputCall": streaming_output_call,
    "StreamingInputCall": streaming_input_call,
    "FullDuplexCall": full_duplex_call,
    "HalfDuplexCall": half_duplex_call,
}


def handler(method):
    request, response = schema.classes(method)
    client_streams, server_streams = schema.streaming(method)
    make = getattr(grpc, "%s_%s_rpc_method_handler" % ("stream" if client_streams else "unary", "stream" if server_streams else "unary"))
    return make(HANDLERS[method.name], request.FromString, response.SerializeToString)


methods = {method.name: handler(method) for method in schema.service(SERVICE).methods if method.name in HANDLERS}
server = grpc.server(futures.ThreadPoolExecutor(16), options=[("grpc.max_receive_message_length", 80 << 20)])
server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, methods)])
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(json.dumps({"port": port}), flush=True)
sys.stdin.read()
os._exit(0)
