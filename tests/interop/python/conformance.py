"""The conformance script, driven by grpcio. node/conformance.mjs runs the same cases with grpc-js.

    /usr/bin/python3 conformance.py --target HOST:PORT --descriptors FILE [--case NAME]
"""

import random
import subprocess
import sys
import time
import uuid

import grpc

import reflection
from cases import equal, read_arguments, run_cases
from schema import Details, Outgoing, Schema, connect, error_of

arguments = read_arguments(hold="open the stream of this text and wait to be killed")
schema = Schema.load(arguments.descriptors)
channel = connect(arguments.target)
SERVICE = "vectorstore.interop.v1.ConformanceService"
stub = schema.stub(channel, SERVICE)
SECONDS = 45
MEBIBYTE = 1 << 20

Request = schema.message("vectorstore.interop.v1.EchoRequest")
FailRequest = schema.message("vectorstore.interop.v1.FailRequest")
SetHealthRequest = schema.message("vectorstore.interop.v1.SetHealthRequest")
HealthRequest = schema.message("grpc.health.v1.HealthCheckRequest")
UNKNOWN_SERVICE, SERVING, NOT_SERVING = 3, 1, 2


def noise(size):
    """Bytes that do not compress, the same in every run."""
    return random.Random(12345).randbytes(size)


def assert_server_saw_cancellation(text):
    seen = stub.ObserveCancellation(Request(text=text), timeout=SECONDS)
    equal((True, True), (seen.known, seen.cancelled), "(known, cancelled)")


def started_stream(text=None, timeout=SECONDS):
    """A call has reached its handler once its first response is there."""
    text = text or str(uuid.uuid4())
    responses = stub.StreamUntilCancelled(Request(text=text), timeout=timeout)
    equal(text, next(responses).text)
    return text, responses


def failure(**more):
    fields = dict(
        code=grpc.StatusCode.INVALID_ARGUMENT.value[0],
        message="expected dimension 768, got 512",
        reason="DIMENSION_MISMATCH",
        field="points[3].vectors.image",
        facts={"expected": "768", "actual": "512"},
    )
    fields.update(more)
    return FailRequest(**fields)


def assert_details(error, wanted):
    equal(wanted.code, error.code().value[0], "code")
    equal(wanted.message, error.details(), "message")
    details = Details(schema, error)
    equal((wanted.code, wanted.message), (details.code, details.message), "google.rpc.Status")
    equal((wanted.reason, "vectorstore", dict(wanted.facts)), (details.info.reason, details.info.domain, dict(details.info.metadata)), "ErrorInfo")
    equal([wanted.field] if wanted.field else [], [violation.field for violation in details.violations], "BadRequest")


def values(metadata, key):
    return [value for name, value in metadata or () if name == key]


def unary():
    response = stub.Unary(Request(text="Gr\u00fc\u00dfe, \u4e16\u754c", payload=b"\x00\x01\xff", repeat=3), timeout=SECONDS)
    equal("Gr\u00fc\u00dfe, \u4e16\u754c", response.text)
    equal(b"\x00\x01\xff" * 3, response.payload)


def unary_empty_message():
    response = stub.Unary(Request(), timeout=SECONDS)
    equal(("", b""), (response.text, response.payload))


def client_stream():
    response = stub.ClientStream((Request(text=text, payload=bytes([i])) for i, text in enumerate("abcd")), timeout=SECONDS)
    equal(("a,b,c,d", b"\x00\x01\x02\x03"), (response.text, response.payload))


def client_stream_of_none():
    equal("", stub.ClientStream(iter(()), timeout=SECONDS).text)


def server_stream():
    responses = stub.ServerStream(Request(text="x", repeat=1000), timeout=SECONDS)
    equal(list(range(1000)), [response.index for response in responses])


def server_stream_read_slowly():
    # 64 MiB, far beyond every window: the server has to wait for the reader.
    responses = stub.ServerStream(Request(payload=noise(MEBIBYTE), repeat=64), timeout=SECONDS)
    next(responses)
    time.sleep(0.5)
    equal("meanwhile", stub.Unary(Request(text="meanwhile"), timeout=SECONDS).text)
    equal(63, len(list(responses)), "responses left")


def duplex():
    requests = Outgoing()
    responses = stub.Duplex(iter(requests), timeout=SECONDS)
    for i in range(100):
        requests.send(Request(text=str(i)))
        response = next(responses)
        equal((str(i), i), (response.text, response.index))
    requests.end()
    equal([], list(responses))
    equal(grpc.StatusCode.OK, responses.code())


def duplex_sent_ahead():
    requests = (Request(text=str(i), payload=bytes(500)) for i in range(2000))
    responses = stub.Duplex(requests, timeout=SECONDS)
    equal([str(i) for i in range(2000)], [response.text for response in responses])


def deadline_exceeded():
    text = str(uuid.uuid4())
    error = error_of(stub.WaitForCancellation, Request(text=text), timeout=1)
    equal(grpc.StatusCode.DEADLINE_EXCEEDED, error.code())
    assert_server_saw_cancellation(text)


def deadline_exceeded_of_a_stream():
    text, responses = started_stream(timeout=1.5)
    equal(grpc.StatusCode.DEADLINE_EXCEEDED, error_of(next, responses).code())
    assert_server_saw_cancellation(text)


def deadline_known_to_the_server():
    # grpcio rounds the time up.
    response = stub.Inspect(Request(), timeout=30)
    equal(True, 10_000 < response.deadline_in_ms <= 31_000, "%d ms" % response.deadline_in_ms)
    equal(SERVICE + "/Inspect", response.method)


def no_deadline():
    equal(False, stub.Inspect(Request()).HasField("deadline_in_ms"))


def cancellation_seen_by_the_server():
    text = str(uuid.uuid4())
    call = stub.WaitForCancellation.future(Request(text=text), timeout=SECONDS)
    for _ in range(500):
        if stub.ObserveCancellation(Request(text=text, delay_ms=1), timeout=SECONDS).known:
            break
        time.sleep(0.02)
    call.cancel()
    equal(grpc.StatusCode.CANCELLED, call.code())
    assert_server_saw_cancellation(text)


def cancellation_of_a_stream_seen_by_the_server():
    text, responses = started_stream()
    responses.cancel()
    equal(grpc.StatusCode.CANCELLED, error_of(next, responses).code())
    assert_server_saw_cancellation(text)


def cancellation_with_open_requests_seen_by_the_server():
    text = str(uuid.uuid4())
    requests = Outgoing()
    responses = stub.DuplexUntilCancelled(iter(requests), timeout=SECONDS)
    requests.send(Request(text=text))
    equal(text, next(responses).text)
    responses.cancel()
    equal(grpc.StatusCode.CANCELLED, error_of(next, responses).code())
    requests.end()
    assert_server_saw_cancellation(text)


def lost_connection_seen_by_the_server():
    # Another process, whose end is nothing but a closed connection.
    text = str(uuid.uuid4())
    command = [sys.executable, __file__, "--target", arguments.target, "--descriptors", arguments.descriptors, "--hold", text]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        equal(b"started\n", other.stdout.readline())
        other.kill()
    assert_server_saw_cancellation(text)


def metadata_text():
    sent = (
        ("x-echo-text", "plain text, with ~ signs"), ("x-echo-several", "one"), ("x-echo-several", "two"), ("x-trail-text", "at the end"),
    )
    _, call = stub.Unary.with_call(Request(text="x"), metadata=sent, timeout=SECONDS)
    equal(["plain text, with ~ signs"], values(call.initial_metadata(), "x-echo-text"))
    equal("one, two", ", ".join(values(call.initial_metadata(), "x-echo-several")))
    equal([], values(call.initial_metadata(), "x-trail-text"))
    equal(["at the end"], values(call.trailing_metadata(), "x-trail-text"))


def metadata_binary():
    every = bytes(range(256))
    sent = (("x-echo-all-bin", every), ("x-echo-several-bin", b"\x01"), ("x-echo-several-bin", b"\x02\x03"), ("x-trail-all-bin", every))
    _, call = stub.Unary.with_call(Request(text="x"), metadata=sent, timeout=SECONDS)
    equal([every], values(call.initial_metadata(), "x-echo-all-bin"))
    equal([b"\x01", b"\x02\x03"], values(call.initial_metadata(), "x-echo-several-bin"))
    equal([every], values(call.trailing_metadata(), "x-trail-all-bin"))

    headers = stub.Inspect(Request(), metadata=sent, timeout=SECONDS).headers
    equal([every], [header.binary for header in headers if header.key == "x-echo-all-bin"])


def metadata_of_streams():
    requests = Outgoing()
    responses = stub.Duplex(iter(requests), metadata=(("x-echo-blob-bin", b"\x09\x08"), ("x-trail-text", "end")), timeout=SECONDS)
    requests.send(Request(text="x"))
    next(responses)
    equal([b"\x09\x08"], values(responses.initial_metadata(), "x-echo-blob-bin"))
    requests.end()
    equal([], list(responses))
    equal(["end"], values(responses.trailing_metadata(), "x-trail-text"))


def error_details():
    assert_details(error_of(stub.Fail, failure(), timeout=SECONDS), failure())


def error_without_a_field():
    wanted = failure(code=5, message="no collection \u00abB\u00fccher\u00bb", reason="COLLECTION_NOT_FOUND", field="", facts={})
    assert_details(error_of(stub.Fail, wanted, timeout=SECONDS), wanted)


def error_after_responses():
    responses = stub.FailStream(failure(), timeout=SECONDS)
    equal([0, 1], [next(responses).index, next(responses).index])
    assert_details(error_of(next, responses), failure())


def error_with_metadata():
    error = error_of(stub.Fail, failure(), metadata=(("x-trail-text", "also with errors"),), timeout=SECONDS)
    equal(["also with errors"], values(error.trailing_metadata(), "x-trail-text"))
    assert_details(error, failure())


def every_status_code():
    for code in range(1, 17):
        wanted = failure(code=code, message='code %d: 100 %% "quoted"\nline' % code)
        assert_details(error_of(stub.Fail, wanted, timeout=SECONDS), wanted)


def malformed_message():
    call = channel.unary_unary("/%s/Unary" % SERVICE)
    error = error_of(call, b"\xff\xff\xff", timeout=SECONDS)
    equal(grpc.StatusCode.INVALID_ARGUMENT, error.code())
    equal("MALFORMED_MESSAGE", Details(schema, error).info.reason)


def gzip_of_requests():
    text = "compress " * 1000
    response = stub.Unary(Request(text=text), compression=grpc.Compression.Gzip, timeout=SECONDS)
    equal((text, True), (response.text, response.request_compressed))


def gzip_of_responses():
    # A channel that leaves messages as they were sent shows that this one is compressed.
    text = "compress " * 1000
    with connect(arguments.target, grpc__per_message_decompression=0) as raw:
        sent = raw.unary_unary("/%s/Unary" % SERVICE)(Request(text=text, compress=True).SerializeToString(), timeout=SECONDS)
    equal(b"\x1f\x8b", sent[:2], "magic of gzip")
    response = stub.Unary(Request(text=text, compress=True), timeout=SECONDS)
    equal((text, False), (response.text, response.request_compressed))


def gzip_both_ways():
    requests = Outgoing()
    responses = stub.Duplex(iter(requests), compression=grpc.Compression.Gzip, timeout=SECONDS)
    for i in range(10):
        requests.send(Request(text="compress " * (1000 + i), compress=True))
        response = next(responses)
        equal((9 * (1000 + i), True), (len(response.text), response.request_compressed))
    requests.end()
    equal([], list(responses))


def message_of_20_MB():
    payload = noise(20 * MEBIBYTE)
    equal(True, stub.Unary(Request(payload=payload), timeout=SECONDS).payload == payload)


def messages_of_20_MB_in_a_stream():
    payload = noise(20 * MEBIBYTE)
    requests = Outgoing()
    responses = stub.Duplex(iter(requests), timeout=SECONDS)
    for _ in range(3):
        requests.send(Request(payload=payload))
        equal(True, next(responses).payload == payload)
    requests.end()
    equal([], list(responses))


def message_over_the_limit():
    error = error_of(stub.Unary, Request(payload=bytes(65 * MEBIBYTE)), timeout=SECONDS)
    equal(grpc.StatusCode.RESOURCE_EXHAUSTED, error.code())
    equal("still here", stub.Unary(Request(text="still here"), timeout=SECONDS).text)


def unary_calls_at_once_1000():
    calls = [stub.Unary.future(Request(text=str(i), delay_ms=200), timeout=SECONDS) for i in range(1000)]
    responses = [call.result() for call in calls]
    equal([str(i) for i in range(1000)], [response.text for response in responses])
    equal(1, len({response.peer for response in responses}), "connections")


def calls_at_once_1000():
    # All are open at the same time: none is ended before each had its answer.
    calls = [stub.StreamUntilCancelled(Request(text="at once %d" % i), timeout=SECONDS) for i in range(1000)]
    responses = [next(call) for call in calls]
    equal(["at once %d" % i for i in range(1000)], [response.text for response in responses])
    equal(1, len({response.peer for response in responses}), "connections")
    for call in calls:
        call.cancel()


def health_checked():
    health = schema.stub(channel, "grpc.health.v1.Health")
    equal(SERVING, health.Check(HealthRequest(), timeout=SECONDS).status)
    equal(SERVING, health.Check(HealthRequest(service=SERVICE), timeout=SECONDS).status)
    equal(grpc.StatusCode.NOT_FOUND, error_of(health.Check, HealthRequest(service="no.such.Service"), timeout=SECONDS).code())


def health_watched():
    health = schema.stub(channel, "grpc.health.v1.Health")
    watched = "interop.%s" % uuid.uuid4()
    states = health.Watch(HealthRequest(service=watched), timeout=SECONDS)
    equal(UNKNOWN_SERVICE, next(states).status)
    for serving in (True, False, True):
        stub.SetHealth(SetHealthRequest(service=watched, serving=serving), timeout=SECONDS)
        equal(SERVING if serving else NOT_SERVING, next(states).status)
    states.cancel()


def reflection_lists_services():
    for version in reflection.VERSIONS:
        services = reflection.list_services(schema, channel, version)
        for expected in (SERVICE, "grpc.testing.TestService", "grpc.health.v1.Health"):
            equal(True, expected in services, "%s lists %s" % (version, expected))
        (answer,) = reflection.ask(schema, channel, version, {"file_containing_symbol": "no.such.Service"})
        equal(grpc.StatusCode.NOT_FOUND.value[0], answer.error_response.error_code)


def reflection_makes_a_client():
    for version in reflection.VERSIONS:
        found = reflection.discover(schema, channel, version, SERVICE)
        request = found.message("vectorstore.interop.v1.EchoRequest")(text="found by reflection")
        equal("found by reflection", found.stub(channel, SERVICE).Unary(request, timeout=SECONDS).text)


if arguments.hold:
    started_stream(arguments.hold)
    print("started", flush=True)
    time.sleep(60)

run_cases([
    unary, unary_empty_message, client_stream, client_stream_of_none, server_stream, server_stream_read_slowly, duplex, duplex_sent_ahead,
    deadline_exceeded, deadline_exceeded_of_a_stream, deadline_known_to_the_server, no_deadline,
    cancellation_seen_by_the_server, cancellation_of_a_stream_seen_by_the_server,
    cancellation_with_open_requests_seen_by_the_server, lost_connection_seen_by_the_server,
    metadata_text, metadata_binary, metadata_of_streams,
    error_details, error_without_a_field, error_after_responses, error_with_metadata, every_status_code, malformed_message,
    gzip_of_requests, gzip_of_responses, gzip_both_ways,
    message_of_20_MB, messages_of_20_MB_in_a_stream, message_over_the_limit, calls_at_once_1000, unary_calls_at_once_1000,
    health_checked, health_watched, reflection_lists_services, reflection_makes_a_client,
], arguments.case)
