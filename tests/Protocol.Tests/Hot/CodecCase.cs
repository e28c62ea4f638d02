using System.Buffers;
using Google.Protobuf;
using VectorStore.Protocol.Grpc;
using VectorStore.Protocol.Hot;
using VectorStore.Protocol.V1;

namespace VectorStore.Protocol.Tests.Hot;

/// <summary>One hand-written codec beside the generated message it must agree with.</summary>
internal abstract class CodecCase
{
    public static CodecCase[] All { get; } =
    [
        new Case<UpsertRequest, UpsertMessage>(UpsertRequestCodec.Instance, messages => messages.Upsert(), Reference.Fault, Reference.AssertSame),
        new Case<SearchRequest, SearchMessage>(SearchRequestCodec.Instance, messages => messages.Search(), Reference.Fault, Reference.AssertSame),
        new Case<SearchResponse, SearchAnswer>(SearchResponseCodec.Instance, messages => messages.Answer(), Reference.Fault, Reference.AssertSame),
        new Case<SearchBatchRequest, SearchBatchMessage>(SearchBatchRequestCodec.Instance, messages => messages.Batch(), Reference.Fault, Reference.AssertSame),
        new Case<SearchBatchResponse, SearchBatchAnswer>(SearchBatchResponseCodec.Instance, messages => messages.BatchAnswer(), Reference.Fault, Reference.AssertSame),
    ];

    /// <summary>Random bytes of such a message.</summary>
    public abstract byte[] Make(RandomMessages messages);

    /// <summary>Reads with both and compares; returns whether both accepted the bytes.</summary>
    public abstract bool Compare(byte[] bytes, in ReadOnlySequence<byte> sequence);

    /// <summary>Reads by hand only.</summary>
    public abstract void Read(in ReadOnlySequence<byte> sequence);

    /// <summary>Reads by hand, writes by hand, and reads that with the generated parser; the bytes are valid.</summary>
    public abstract void CompareWritten(in ReadOnlySequence<byte> sequence);

    private sealed class Case<TGenerated, TMessage>(
        IMessageCodec<TMessage> codec, Func<RandomMessages, byte[]> make, Func<TGenerated, string?> fault, Action<TGenerated, TMessage> assertSame) : CodecCase
        where TGenerated : class, IMessage<TGenerated>, new()
    {
        private readonly MessageParser<TGenerated> _parser = new(() => new TGenerated());

        public override byte[] Make(RandomMessages messages) => make(messages);

        public override bool Compare(byte[] bytes, in ReadOnlySequence<byte> sequence)
        {
            TGenerated? expected = null;
            try
            {
                expected = _parser.ParseFrom(bytes);
            }
            catch (Exception malformed) when (malformed is InvalidProtocolBufferException or ArgumentException or IndexOutOfRangeException)
            {
                // The latter two where lengths near 2^31 overflow.
            }

            string? reason = expected is null ? "MALFORMED_MESSAGE" : fault(expected);
            TMessage actual;
            try
            {
                actual = codec.Read(sequence);
            }
            catch (RpcException refused)
            {
                Assert.Equal(StatusCode.InvalidArgument, refused.Code);
                Assert.True(
                    reason is not null || IsStricter(refused), $"the generated parser takes what the hand-written reader refuses: {refused.Message}: {Convert.ToHexString(bytes)}");
                Assert.Contains(refused.Reason, (string[])["MALFORMED_MESSAGE", "MALFORMED_VECTOR", "CONFLICTING_FIELDS"]);
                return false;
            }

            using var disposing = actual as IDisposable;
            if (reason is not null)
                Assert.Fail($"the hand-written reader takes what is refused as {reason}: {Convert.ToHexString(bytes)}");

            assertSame(expected!, actual);
            return true;
        }

        public override void Read(in ReadOnlySequence<byte> sequence) => (codec.Read(sequence) as IDisposable)?.Dispose();

        public override void CompareWritten(in ReadOnlySequence<byte> sequence)
        {
            var message = codec.Read(sequence);
            using var disposing = message as IDisposable;
            var output = new ArrayBufferWriter<byte>();
            codec.Write(message, output);
            Assert.Equal(output.WrittenCount, codec.Measure(message));
            assertSame(_parser.ParseFrom(output.WrittenSpan.ToArray()), message);
        }

        /// <summary>Where the hand-written reader is stricter on purpose: the generated one replaces bytes that are no UTF-8, takes packed floats of a negative length for none, and passes over wire types that do not exist in entries of maps.</summary>
        private static bool IsStricter(RpcException refused) =>
            refused.Message.Contains("a text is not UTF-8", StringComparison.Ordinal) || refused.Message.Contains("a length is negative", StringComparison.Ordinal) || refused.Message.Contains("has wire type", StringComparison.Ordinal);
    }
}
