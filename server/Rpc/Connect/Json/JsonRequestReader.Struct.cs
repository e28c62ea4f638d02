using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace VectorStore.Server.Rpc.Connect.Json;

internal sealed partial class JsonRequestReader
{
    // Numbers of the fields of google.protobuf.Struct, its entries, Value and ListValue.
    private const int StructEntry = 1;
    private const int EntryKey = 1;
    private const int EntryValue = 2;
    private const int ValueNull = 1;
    private const int ValueNumber = 2;
    private const int ValueString = 3;
    private const int ValueBoolean = 4;
    private const int ValueStruct = 5;
    private const int ValueList = 6;
    private const int ListElement = 1;

    private void ReadStruct(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "an object");
        HashSet<string>? seen = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = ReadText(ref reader);
            _path.Push(Shorten(name));
            if (!(seen ??= new HashSet<string>(StringComparer.Ordinal)).Add(name))
                Fail(ref reader, JsonErrors.DuplicateField, "the key is given twice");

            _output.WriteTag(StructEntry, WireKind.Length);
            int entry = _output.BeginLength();
            _output.WriteTag(EntryKey, WireKind.Length);
            WriteText(ref reader);
            reader.Read();
            _output.WriteTag(EntryValue, WireKind.Length);
            int value = _output.BeginLength();
            ReadValue(ref reader);
            _output.EndLength(value);
            _output.EndLength(entry);
            _path.Pop();
        }
    }

    private void ReadList(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartArray, "an array");
        for (int index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            _path.PushIndex(index);
            _output.WriteTag(ListElement, WireKind.Length);
            int element = _output.BeginLength();
            ReadValue(ref reader);
            _output.EndLength(element);
            _path.Pop();
        }
    }

    private void ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                _output.WriteTag(ValueStruct, WireKind.Length);
                int structure = _output.BeginLength();
                ReadStruct(ref reader);
                _output.EndLength(structure);
                break;

            case JsonTokenType.StartArray:
                _output.WriteTag(ValueList, WireKind.Length);
                int list = _output.BeginLength();
                ReadList(ref reader);
                _output.EndLength(list);
                break;

            case JsonTokenType.String:
                _output.WriteTag(ValueString, WireKind.Length);
                WriteText(ref reader);
                break;

            case JsonTokenType.Number:
                double number = ReadNumber(ref reader);
                CheckExact(ref reader, number);
                _output.WriteTag(ValueNumber, WireKind.Fixed64);
                _output.WriteDouble(number);
                break;

            case JsonTokenType.True:
            case JsonTokenType.False:
                _output.WriteTag(ValueBoolean, WireKind.Varint);
                _output.WriteVarint(reader.TokenType == JsonTokenType.True ? 1UL : 0UL);
                break;

            default:
                _output.WriteTag(ValueNull, WireKind.Varint);
                _output.WriteVarint(0);
                break;
        }
    }

    /// <summary>Refuses an integer whose digits a double would not keep: an id that comes back changed is worse than an error.</summary>
    private void CheckExact(ref Utf8JsonReader reader, double number)
    {
        const double ExactMax = 9007199254740992; // 2^53
        var text = reader.ValueSpan;
        if (Math.Abs(number) < ExactMax || text.IndexOfAny(".eE"u8) >= 0)
            return;

        // Beyond 2^53 the doubles are some of the whole numbers: those whose digits are the same are kept.
        if (new BigInteger(number) != BigInteger.Parse(Encoding.UTF8.GetString(text), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
        {
            Fail(
                ref reader, JsonErrors.OutOfRange,
                $"the integer {Shorten(Encoding.UTF8.GetString(text))} would be rounded: numbers here are doubles, exact up to 2^53; give it as a string, or the whole as JSON text in base64 (payloadJson, filterJson)");
        }
    }
}
