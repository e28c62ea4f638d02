using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using VectorStore.Protocol.Tests.Support;
using VectorStore.Protocol.V1;

namespace VectorStore.Protocol.Tests.Hot;

/// <summary>Random bytes of the hot messages: all well-formed, most of them valid, few of them as a well-behaved writer would write them.</summary>
internal sealed class RandomMessages(Random random)
{
    private static readonly string[] s_names = ["", "docs", "image", "title", "ü€😀", "a-name-that-is-longer-than-most-names-are-and-so-is-not-read-in-one-segment"];

    private static readonly byte[][] s_payloads =
    [
        [.. new Struct { Fields = { ["a"] = Value.ForNumber(1), ["b"] = Value.ForList(Value.ForString("x"), Value.ForNull()) } }.ToByteArray()],
        [.. new Struct { Fields = { ["a"] = Value.ForStruct(new Struct { Fields = { ["deep"] = Value.ForBool(true) } }) } }.ToByteArray()],
        [],
    ];

    private static readonly byte[][] s_filters =
    [
        [.. new Filter { Must = { new Condition { Key = "k", Match = new Match { Value = Value.ForNumber(3) } } } }.ToByteArray()],
        [.. new Filter { Should = { new Condition { Key = "k", Range = new Protocol.V1.Range { Gte = 1.5 } } }, MustNot = { new Condition() } }.ToByteArray()],
        [],
    ];

    public byte[] Upsert()
    {
        var message = new WireBuilder(random);
        Sometimes(message, 4);
        for (int times = Times(); times > 0; times--)
            message.Text(1, Name());

        for (int points = random.Next(4); points > 0; points--)
            message.Bytes(2, Point());

        if (random.Next(3) == 0)
            message.Text(3, Name());

        return message.Build();
    }

    public byte[] Search()
    {
        var message = new WireBuilder(random);
        Sometimes(message, 4);
        for (int times = Times(); times > 0; times--)
            message.Text(1, Name());

        Vector(message, floatsField: 2, encodedField: 3);
        if (random.Next(3) == 0)
            message.Text(4, Name());

        foreach (int integer in (ReadOnlySpan<int>)[5, 6, 7, 8, 12, 13, 14, 16])
        {
            if (random.Next(3) == 0)
                message.Varint(integer, Integer());
        }

        if (random.Next(3) == 0)
            message.Fixed32(9, Float());

        foreach (int number in (ReadOnlySpan<int>)[15, 17])
        {
            for (int times = random.Next(3) == 0 ? Times() : 0; times > 0; times--)
                message.Fixed64(number, Double());
        }

        int filter = random.Next(8);
        if (filter == 0)
            message.Bytes(11, "{\"must\":[]}"u8);

        if (filter is 1 or 2 || random.Next(200) == 0)
        {
            for (int times = Times(); times > 0; times--)
                message.Bytes(10, s_filters[random.Next(s_filters.Length)]);
        }

        return message.Build();
    }

    public byte[] Answer()
    {
        var message = new WireBuilder(random);
        Sometimes(message, 8);
        for (int points = random.Next(5); points > 0; points--)
        {
            var point = new WireBuilder(random);
            Sometimes(point, 8);
            Id(point);
            if (random.Next(4) > 0)
                point.Fixed32(3, Float());

            if (random.Next(4) == 0)
                NamedVectors(point, 4);

            if (random.Next(4) == 0)
                point.Bytes(5, s_payloads[random.Next(s_payloads.Length)]);

            if (random.Next(4) == 0)
                point.Bytes(6, "{\"a\":12}"u8);

            if (random.Next(2) == 0)
                point.Varint(7, Integer());

            message.Bytes(1, point.Build());
        }

        return message.Build();
    }

    public byte[] Batch()
    {
        var message = new WireBuilder(random);
        Sometimes(message, 8);
        if (random.Next(2) == 0)
            message.Text(1, Name());

        for (int searches = random.Next(3); searches > 0; searches--)
            message.Bytes(2, Search());

        return message.Build();
    }

    public byte[] BatchAnswer()
    {
        var message = new WireBuilder(random);
        Sometimes(message, 8);
        for (int answers = random.Next(3); answers > 0; answers--)
            message.Bytes(1, Answer());

        return message.Build();
    }

    private byte[] Point()
    {
        var point = new WireBuilder(random);
        Sometimes(point, 8);
        Id(point);
        bool named = random.Next(3) == 0;
        if (named)
            NamedVectors(point, 5);

        if (!named || random.Next(100) == 0)
            Vector(point, floatsField: 3, encodedField: 4);

        int payload = random.Next(8);
        if (payload < 2)
        {
            for (int times = Times(); times > 0; times--)
                point.Bytes(6, s_payloads[random.Next(s_payloads.Length)]);
        }

        if (payload is 2 or 3 || random.Next(100) == 0)
        {
            for (int times = Times(); times > 0; times--)
                point.Bytes(7, Encoding.UTF8.GetBytes($"{{\"n\":{random.Next()}}}").AsSpan(0, random.Next(5)));
        }

        return point.Build();
    }

    private void Id(WireBuilder point)
    {
        for (int times = Times(); times > 0; times--)
        {
            switch (random.Next(6))
            {
                case < 3:
                    point.Varint(1, Integer());
                    break;
                case 3:
                    point.Text(2, Guid().ToString("D"));
                    break;
                case 4:
                    point.Text(2, Guid().ToString(random.Next(2) == 0 ? "N" : "B").ToUpperInvariant());
                    break;
                default:
                    point.Text(2, Name());
                    break;
            }
        }
    }

    private void Vector(WireBuilder message, int floatsField, int encodedField)
    {
        int form = random.Next(5);
        if (form < 3)
            message.Floats(floatsField, Floats());

        if (form == 3 || random.Next(100) == 0)
        {
            for (int times = Times(); times > 0; times--)
                message.Bytes(encodedField, EncodedVector());
        }
    }

    private void NamedVectors(WireBuilder point, int field)
    {
        for (int count = random.Next(4); count > 0; count--)
        {
            var entry = new WireBuilder(random);
            if (random.Next(20) > 0)
                entry.Text(1, Name());
            if (random.Next(20) == 0)
                entry.Varint(3, 1);

            for (int times = Times(); times > 0; times--)
                entry.Bytes(2, EncodedVector());

            point.Bytes(field, entry.Build());
        }
    }

    private byte[] EncodedVector()
    {
        var vector = new WireBuilder(random);
        Sometimes(vector, 8);
        int form = random.Next(5);
        if (form is 0 or 1)
            vector.Floats(1, Floats());
        if (form == 2 || random.Next(200) == 0)
            vector.Bytes(2, WireBuilder.FloatBytes(Floats()));
        if (form == 3 || random.Next(200) == 0)
            vector.Bytes(3, RandomBytes((random.Next(8) * 2) + (random.Next(100) == 0 ? 1 : 0)));
        if (form == 4)
            vector.Bytes(4, RandomBytes(random.Next(8)));
        if (random.Next(200) == 0)
            vector.Bytes(2, RandomBytes(random.Next(8)));

        return vector.Build();
    }

    private float[] Floats()
    {
        float[] floats = new float[random.Next(random.Next(16) == 0 ? 100 : 8)];
        foreach (ref float value in floats.AsSpan())
            value = Float();

        return floats;
    }

    private float Float() => random.Next(10) switch
    {
        0 => 0,
        1 => -0f,
        2 => float.NaN,
        3 => float.NegativeInfinity,
        _ => random.NextSingle(),
    };

    private double Double() => random.Next(4) == 0 ? Float() : random.NextDouble() * 100;

    private ulong Integer() => random.Next(8) switch
    {
        0 => 0,
        1 => ulong.MaxValue,
        2 => unchecked((ulong)-random.Next()),
        3 => (ulong)random.NextInt64(),
        _ => (ulong)random.Next(300),
    };

    private Guid Guid() => new(RandomBytes(16));

    private byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private string Name() => s_names[random.Next(s_names.Length)];

    /// <summary>Mostly once; sometimes not at all, or again.</summary>
    private int Times() => random.Next(16) switch
    {
        0 => 0,
        1 => 2,
        2 => 3,
        _ => 1,
    };

    private void Sometimes(WireBuilder message, int oneIn)
    {
        if (random.Next(oneIn) == 0)
            message.Unknown();
    }
}
