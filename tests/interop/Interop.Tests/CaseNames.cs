namespace VectorStore.Interop.Tests;

/// <summary>The cases of each script: a case is a test of its own, and one that a script does not run is a failed one.</summary>
internal static class CaseNames
{
    /// <summary>grpc.testing.TestService.</summary>
    public static readonly string[] Standard =
    [
        "empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong", "empty_stream",
        "client_compressed_unary", "server_compressed_unary", "client_compressed_streaming", "server_compressed_streaming",
        "custom_metadata", "status_code_and_message", "special_status_message", "unimplemented_method", "unimplemented_service",
        "cancel_after_begin", "cancel_after_first_response", "timeout_on_sleeping_server",
    ];

    /// <summary>The conformance scripts of grpc-js and grpcio.</summary>
    public static readonly string[] Conformance =
    [
        "unary", "unary_empty_message", "client_stream", "client_stream_of_none", "server_stream", "server_stream_read_slowly", "duplex", "duplex_sent_ahead",
        "deadline_exceeded", "deadline_exceeded_of_a_stream", "deadline_known_to_the_server", "no_deadline",
        "cancellation_seen_by_the_server", "cancellation_of_a_stream_seen_by_the_server", "cancellation_with_open_requests_seen_by_the_server",
        "lost_connection_seen_by_the_server",
        "metadata_text", "metadata_binary", "metadata_of_streams",
        "error_details", "error_without_a_field", "error_after_responses", "error_with_metadata", "every_status_code", "malformed_message",
        "gzip_of_requests", "gzip_of_responses", "gzip_both_ways",
        "message_of_20_MB", "messages_of_20_MB_in_a_stream", "message_over_the_limit", "calls_at_once_1000", "unary_calls_at_once_1000",
        "health_checked", "health_watched", "reflection_lists_services", "reflection_makes_a_client",
    ];

    /// <summary>The ways of connect-node to speak to a server.</summary>
    public static readonly string[] Transports =
        ["connect JSON", "connect binary", "gRPC-Web", "connect JSON over HTTP/2", "gRPC-Web over HTTP/2", "gRPC"];

    /// <summary>The services of the real server, from grpc-js and grpcio.</summary>
    public static readonly string[] Server =
    [
        "create_collection", "create_collection_again", "list_collections",
        "upsert", "upsert_again_with_the_same_request_id", "upsert_stream", "upsert_as_bytes", "count",
        "search", "search_exactly", "search_with_filter", "search_batch", "search_explained", "get", "scroll", "scroll_with_filter_and_limit",
        "wrong_dimension", "wrong_dimension_of_a_query", "infinite_component", "limit_out_of_range", "unknown_collection", "bad_name_of_a_collection",
        "error_in_a_stream_of_upserts", "update_payload", "delete_points", "status", "wait_for_index", "verify", "delete_collection", "reflection_lists_services", "health_watched",
    ];

    /// <summary>vectorstore-connect.mjs over each transport.</summary>
    public static readonly string[] ServerConnect =
    [
        "create_collection", "upsert", "count", "search", "search_with_filter", "search_explained", "get", "wrong_dimension", "unknown_collection", "update_payload", "delete_points",
        "scroll", "delete_collection",
    ];

    /// <summary>The same from curl.</summary>
    public static readonly string[] Curl =
    [
        "create_collection", "create_collection_again", "upsert", "search", "search_with_filter", "get", "names_of_the_proto_files", "count",
        "wrong_dimension", "unknown_collection", "malformed_JSON", "unknown_field", "unknown_method", "gzip_both_ways", "update_payload", "delete_points",
        "healthz", "readyz", "JSON_over_HTTP2", "gRPC_over_HTTP2", "delete_collection",
    ];

    private static readonly string[] s_connectUnary =
    [
        "unary", "unary_empty_message", "metadata", "error_details", "error_with_metadata", "every_status_code",
        "deadline_exceeded", "deadline_known_to_the_server", "cancellation_seen_by_the_server",
        "message_of_20_MB", "calls_at_once_200", "gzip_of_requests", "gzip_of_responses", "unimplemented_method", "unimplemented_service",
    ];

    private static readonly string[] s_connectStream =
        ["server_stream", "server_stream_of_none", "error_after_responses", "cancellation_of_a_stream_seen_by_the_server"];

    /// <summary>connect.mjs over one transport.</summary>
    public static IEnumerable<string> ConnectOver(string transport)
    {
        bool overHttp1 = transport is "connect JSON" or "connect binary" or "gRPC-Web";
        string[] others = overHttp1 ? ["message_over_the_limit"] : ["client_stream", "duplex"];
        return [.. s_connectUnary, .. s_connectStream, .. others];
    }
}
