#!/usr/bin/env bash
# The real server with curl: Connect in JSON over HTTP/1.1 and over HTTP/2, probes, and one call of plain gRPC.
#
#   curl.sh HTTP_HOST:PORT GRPC_HOST:PORT
#
# Prints one line of JSON for each case, as all scripts here do.
set -uo pipefail
http="$1" grpc="$2"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
failed=0

# report NAME PROBLEM: an empty problem is none.
report() {
  if [ -z "$2" ]; then
    printf '{"case": "%s", "ok": true}\n' "$1"
  else
    failed=1
    printf '{"case": "%s", "ok": false, "error": "%s"}\n' "$1" "$(printf '%s' "$2" | tr '\n\t' '  ' | sed 's/\\/\\\\/g; s/"/\\"/g' | cut -c 1-2000)"
  fi
}

# call METHOD BODY [CURL OPTION…]: sets $status and $answer; the answer without white space.
call() {
  local method="$1" body="$2"
  shift 2
  status="$(curl --silent --show-error --max-time 30 --output "$work/answer" --write-out '%{http_code}' -H 'Content-Type: application/json' --data "$body" "$@" "http://$http/vectorstore.v1.$method" 2>"$work/errors")"
  answer="$(tr -d ' \n\r\t' <"$work/answer" 2>/dev/null; cat "$work/errors")"
}

# expect NAME STATUS TEXT…: the last call had this status, and its answer has all of these texts.
expect() {
  local name="$1" wanted="$2" text
  shift 2
  if [ "$status" != "$wanted" ]; then
    report "$name" "expected HTTP $wanted, got $status: $answer"
    return
  fi
  for text in "$@"; do
    case "$answer" in
      *"$text"*) ;;
      *) report "$name" "expected $text in the answer, got $answer"; return ;;
    esac
  done
  report "$name" ""
}

call CollectionService/Create '{"collection": "curl", "config": {"vectors": {"place": {"dimension": 3, "metric": "METRIC_EUCLIDEAN"}}}}'
expect create_collection 200 '"name":"curl"' '"dimension":3'

call CollectionService/Create '{"collection": "curl", "config": {"vectors": {"place": {"dimension": 3, "metric": "METRIC_EUCLIDEAN"}}}}'
expect create_collection_again 409 '"code":"already_exists"' 'google.rpc.ErrorInfo' 'COLLECTION_ALREADY_EXISTS'

call PointService/Upsert '{"collection": "curl", "points": [{"id": 1, "vector": [1, 0, 0], "payload": {"kind": "odd"}}, {"id": "2", "vector": [2, 0, 0], "payload": {"kind": "even"}}, {"uuid": "6f8e2d3a-1c4b-4e5f-9a7b-0c1d2e3f4a5b", "vector": [3, 0, 0]}]}'
expect upsert 200 '"pointsChanged":"3"'

call SearchService/Search '{"collection": "curl", "vector": [2.1, 0, 0], "limit": 2}'
expect search 200 '"points":[{"id":"2"' '"score":-0.' '"kind":"even"' '"uuid":"6f8e2d3a-1c4b-4e5f-9a7b-0c1d2e3f4a5b"'

call SearchService/Search '{"collection": "curl", "vector": [2.1, 0, 0], "limit": 2, "filter": {"must": [{"key": "kind", "match": {"value": "odd"}}]}}'
expect search_with_filter 200 '"points":[{"id":"1"'

call PointService/Get '{"collection": "curl", "ids": [1], "withVectors": true}'
expect get 200 '"id":"1"' '"values":[1,0,0]'

call PointService/Get '{"collection": "curl", "ids": [1], "with_vectors": true}'
expect names_of_the_proto_files 200 '"values":[1,0,0]'

call PointService/Count '{"collection": "curl"}'
expect count 200 '"count":"3"'

call PointService/Upsert '{"collection": "curl", "points": [{"id": 9, "vector": [1, 2]}]}'
expect wrong_dimension 400 '"code":"invalid_argument"' 'expecteddimension3,got2' 'DIMENSION_MISMATCH' 'points[0].vector'

call PointService/Count '{"collection": "nowhere"}'
expect unknown_collection 404 '"code":"not_found"' 'COLLECTION_NOT_FOUND'

call PointService/Count '{"collection": '
expect malformed_JSON 400 '"code":"invalid_argument"'

call PointService/Count '{"collectoin": "curl"}'
expect unknown_field 400 '"code":"invalid_argument"' 'collectoin'

call PointService/NoSuchMethod '{}'
expect unknown_method 501 '"code":"unimplemented"'

gzip -c <<<'{"collection": "curl"}' >"$work/request.gz"
status="$(curl --silent --max-time 30 --compressed --output "$work/answer" --write-out '%{http_code}' -H 'Content-Type: application/json' -H 'Content-Encoding: gzip' --data-binary "@$work/request.gz" "http://$http/vectorstore.v1.PointService/Count")"
answer="$(tr -d ' \n' <"$work/answer")"
expect gzip_both_ways 200 '"count":"3"'

call PointService/UpdatePayload '{"collection": "curl", "ids": [1, 100000], "mode": "PAYLOAD_MODE_SET", "payload": {"note": "new"}}'
expect update_payload 200 '"pointsUnknown":"1"'

call PointService/Delete '{"collection": "curl", "ids": [1]}'
expect delete_points 200 '"pointsChanged":"1"'

for probe in healthz readyz; do
  status="$(curl --silent --max-time 30 --output "$work/answer" --write-out '%{http_code}' "http://$http/$probe")"
  answer="$(cat "$work/answer")"
  expect "$probe" 200
done

if [[ "$(curl --version)" = *HTTP2* ]]; then
  status="$(curl --silent --max-time 30 --http2-prior-knowledge --output "$work/answer" --write-out '%{http_code} %{http_version}' -H 'Content-Type: application/json' --data '{"collection": "curl"}' "http://$grpc/vectorstore.v1.PointService/Count")"
  answer="$(tr -d ' \n' <"$work/answer")"
  expect JSON_over_HTTP2 '200 2' '"count":"2"'

  # An empty message of gRPC: no flag, no bytes. The status is in the trailers, the answer begins with the prefix of its message.
  printf '\0\0\0\0\0' >"$work/request"
  answer="$(curl --silent --verbose --max-time 30 --http2-prior-knowledge --output "$work/answer" -H 'Content-Type: application/grpc' -H 'TE: trailers' --data-binary "@$work/request" "http://$grpc/vectorstore.v1.CollectionService/List" 2>&1 | tr -d '\r' | grep '^<')"
  status="$(head -c 1 "$work/answer" | od -An -tu1 | tr -d ' ')"
  expect gRPC_over_HTTP2 0 '< content-type: application/grpc' '< grpc-status: 0'
fi

call CollectionService/Delete '{"collection": "curl"}'
expect delete_collection 200

exit "$failed"
