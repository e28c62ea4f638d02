using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;

namespace VectorStore.Server.Rpc.Connect.Json;

internal sealed partial class JsonRequestReader
{
    // A number with more characters than this is no integer of 64 bits, however it is written.
    private const int IntegerLengthMax = 64;

    /// <summary>Writes the value of a field, without its tag.</summary>
    private void ReadSingle(ref Utf8JsonReader reader, JsonField field)
    {
        switch (field.Type)
        {
            case FieldType.Message:
                int start = _output.BeginLength();
                ReadMessage(ref reader, JsonShape.Of(field.Descriptor.MessageType));
                _output.EndLength(start);
                break;

            case FieldType.String:
                Expect(ref reader, JsonTokenType.String, "a string");
                WriteText(ref reader);
                break;

            case FieldType.Bytes:
                ReadBytes(ref reader);
                break;

            case FieldType.Bool:
                if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False))
                    FailType(ref reader, "a boolean");

                _output.WriteVarint(reader.TokenType == JsonTokenType.True ? 1UL : 0UL);
                break;

            case FieldType.Float:
                _output.WriteFloat(ReadFloat(ref reader));
                break;

            case FieldType.Double:
                _output.WriteDouble(ReadDouble(ref reader));
                break;

            case FieldType.Enum:
                ReadEnum(ref reader, field.Descriptor.EnumType);
                break;

            case FieldType.Group:
                Fail(ref reader, JsonErrors.WrongType, "a group has no form in JSON");
                break;

            default:
                if (reader.TokenType is not (JsonTokenType.Number or JsonTokenType.String))
                    FailType(ref reader, "an integer");

                WriteInteger(ref reader, field.Type);
                break;
        }
    }

    /// <summary>The name of a member of a map as its key.</summary>
    private void ReadMapKey(ref Utf8JsonReader reader, JsonField key)
    {
        switch (key.Type)
        {
            case FieldType.String:
                WriteText(ref reader);
                break;

            case FieldType.Bool:
                if (!reader.ValueTextEquals("true"u8) && !reader.ValueTextEquals("false"u8))
                    Fail(ref reader, JsonErrors.WrongType, "expected the key to be true or false");

                _output.WriteVarint(reader.ValueTextEquals("true"u8) ? 1UL : 0UL);
                break;

            default:
                WriteInteger(ref reader, key.Type);
                break;
        }
    }

    private void WriteInteger(ref Utf8JsonReader reader, FieldType type)
    {
        switch (type)
        {
            case FieldType.Int32:
            case FieldType.Int64:
                _output.WriteVarint((ulong)ReadSigned(ref reader, type == FieldType.Int32 ? 32 : 64));
                break;
            case FieldType.SInt32:
            case FieldType.SInt64:
                long zigzag = ReadSigned(ref reader, type == FieldType.SInt32 ? 32 : 64);
                _output.WriteVarint((ulong)((zigzag << 1) ^ (zigzag >> 63)));
                break;
            case FieldType.SFixed32:
                _output.WriteFixed32((uint)(int)ReadSigned(ref reader, 32));
                break;
            case FieldType.SFixed64:
                _output.WriteFixed64((ulong)ReadSigned(ref reader, 64));
                break;
            case FieldType.UInt32:
            case FieldType.UInt64:
                _output.WriteVarint(ReadUnsigned(ref reader, type == FieldType.UInt32 ? 32 : 64));
                break;
            case FieldType.Fixed32:
                _output.WriteFixed32((uint)ReadUnsigned(ref reader, 32));
                break;
            default:
                _output.WriteFixed64(ReadUnsigned(ref reader, 64));
                break;
        }
    }

    private long ReadSigned(ref Utf8JsonReader reader, int bits)
    {
        var text = reader.ValueSpan;
        if (!(Utf8Parser.TryParse(text, out long value, out int consumed) && consumed == text.Length))
            value = (long)ReadWhole(ref reader, long.MinValue, long.MaxValue, bits, "an integer");

        if (bits == 32 && value is < int.MinValue or > int.MaxValue)
            FailRange(ref reader, "an integer", bits);

        return value;
    }

    private ulong ReadUnsigned(ref Utf8JsonReader reader, int bits)
    {
        var text = reader.ValueSpan;
        if (!(Utf8Parser.TryParse(text, out ulong value, out int consumed) && consumed == text.Length))
            value = (ulong)ReadWhole(ref reader, ulong.MinValue, ulong.MaxValue, bits, "an unsigned integer");

        if (bits == 32 && value > uint.MaxValue)
            FailRange(ref reader, "an unsigned integer", bits);

        return value;
    }

    /// <summary>An integer written as <c>1.0</c> or <c>1e3</c>, or what is not one.</summary>
    private decimal ReadWhole(ref Utf8JsonReader reader, decimal least, decimal most, int bits, string expected)
    {
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var text = reader.ValueSpan;
        decimal value = 0;
        bool isWhole = text.Length <= IntegerLengthMax
            && decimal.TryParse(text, Styles, CultureInfo.InvariantCulture, out value)
            && value == decimal.Truncate(value) && value >= least && value <= most;
        if (!isWhole)
            FailRange(ref reader, expected, bits);

        return value;
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private void FailRange(ref Utf8JsonReader reader, string expected, int bits) =>
        Fail(ref reader, JsonErrors.OutOfRange, $"expected {expected} of {bits} bits, got {Shorten(Encoding.UTF8.GetString(reader.ValueSpan))}");

    private float ReadFloat(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            if (!reader.TryGetSingle(out float value) || !float.IsFinite(value))
                Fail(ref reader, JsonErrors.OutOfRange, $"expected a number of 32 bits, got {Shorten(Encoding.UTF8.GetString(reader.ValueSpan))}");

            return value;
        }

        return ReadSpecialNumber(ref reader) ?? ReadQuotedFloat(ref reader);
    }

    private double ReadDouble(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return ReadNumber(ref reader);

        if (ReadSpecialNumber(ref reader) is { } special)
            return special;

        if (!(Utf8Parser.TryParse(reader.ValueSpan, out double value, out int consumed) && consumed == reader.ValueSpan.Length && double.IsFinite(value)))
            Fail(ref reader, JsonErrors.WrongType, "expected a number, got a string that is none");

        return value;
    }

    /// <summary>A number token as a double.</summary>
    private double ReadNumber(ref Utf8JsonReader reader)
    {
        if (!reader.TryGetDouble(out double value) || !double.IsFinite(value))
            Fail(ref reader, JsonErrors.OutOfRange, $"expected a number of 64 bits, got {Shorten(Encoding.UTF8.GetString(reader.ValueSpan))}");

        return value;
    }

    private float ReadQuotedFloat(ref Utf8JsonReader reader)
    {
        if (!(Utf8Parser.TryParse(reader.ValueSpan, out float value, out int consumed) && consumed == reader.ValueSpan.Length && float.IsFinite(value)))
            Fail(ref reader, JsonErrors.WrongType, "expected a number, got a string that is none");

        return value;
    }

    /// <summary>One of the three that JSON has no numbers for; null: it is another text.</summary>
    private float? ReadSpecialNumber(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.String, "a number");
        return reader.ValueTextEquals("NaN"u8) ? float.NaN
            : reader.ValueTextEquals("Infinity"u8) ? float.PositiveInfinity
            : reader.ValueTextEquals("-Infinity"u8) ? float.NegativeInfinity
            : null;
    }

    private void ReadEnum(ref Utf8JsonReader reader, EnumDescriptor type)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            _output.WriteVarint((ulong)ReadSigned(ref reader, 32));
            return;
        }

        Expect(ref reader, JsonTokenType.String, $"the name of a {type.Name}");
        string name = ReadText(ref reader);
        var value = type.FindValueByName(name);
        if (value is null)
            Fail(ref reader, JsonErrors.OutOfRange, $"there is no {type.Name} '{Shorten(name)}'; there are {string.Join(", ", type.Values.Select(known => known.Name))}");

        _output.WriteVarint((ulong)value.Number);
    }

    /// <summary>Base64, in the standard alphabet or the one for URLs, with padding or without.</summary>
    private void ReadBytes(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.String, "a string in base64");
        byte[] text = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length + 2);
        try
        {
            int length = CopyText(ref reader, text);
            bool url = text.AsSpan(0, length).IndexOfAny((byte)'-', (byte)'_') >= 0;
            while (length > 0 && text[length - 1] == '=')
                length--;

            int start = _output.BeginLength();
            var target = _output.GetSpan((length / 4 * 3) + 3);
            var status = DecodeBase64(text, length, url, target, out int written);
            if (status != OperationStatus.Done)
                Fail(ref reader, JsonErrors.WrongType, "the string is not base64");

            _output.Advance(written);
            _output.EndLength(start);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    private static OperationStatus DecodeBase64(byte[] text, int length, bool url, Span<byte> target, out int written)
    {
        if (url)
            return Base64Url.DecodeFromUtf8(text.AsSpan(0, length), target, out _, out written);

        while (length % 4 != 0 && length < text.Length)
            text[length++] = (byte)'=';

        return Base64.DecodeFromUtf8(text.AsSpan(0, length), target, out _, out written);
    }

    /// <summary>The text at which the reader is, with its length before it.</summary>
    private void WriteText(ref Utf8JsonReader reader)
    {
        int start = _output.BeginLength();
        if (reader.ValueIsEscaped)
            _output.Advance(CopyText(ref reader, _output.GetSpan(reader.ValueSpan.Length)));
        else
            _output.Write(reader.ValueSpan);

        _output.EndLength(start);
    }

    private string ReadText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            throw UnpairedSurrogate(ref reader);
        }
    }

    private int CopyText(ref Utf8JsonReader reader, scoped Span<byte> target)
    {
        try
        {
            return reader.CopyString(target);
        }
        catch (InvalidOperationException)
        {
            throw UnpairedSurrogate(ref reader);
        }
    }

    private int CopyText(ref Utf8JsonReader reader, scoped Span<char> target)
    {
        try
        {
            return reader.CopyString(target);
        }
        catch (InvalidOperationException)
        {
            throw UnpairedSurrogate(ref reader);
        }
    }

    // The body is valid UTF-8, so what is no text can only be an escape.
    private VectorStore.Protocol.Grpc.RpcException UnpairedSurrogate(ref Utf8JsonReader reader) =>
        Error(ref reader, JsonErrors.Malformed, "the string has half of a surrogate pair");
}
