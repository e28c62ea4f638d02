using System.Buffers.Binary;
using System.Numerics;

namespace VectorStore.Lz4;

/// <summary>xxHash, 32 bits, seed 0: the checksum of LZ4 frames. For one writer.</summary>
/// <remarks>By the public specification of xxHash; four lanes of 16-byte stripes, then what is left, then mixing.</remarks>
internal sealed class XxHash32
{
    private const uint Prime1 = 2_654_435_761;
    private const uint Prime2 = 2_246_822_519;
    private const uint Prime3 = 3_266_489_917;
    private const uint Prime4 = 668_265_263;
    private const uint Prime5 = 374_761_393;
    private const int StripeBytes = 16;

    // What does not fill a stripe yet.
    private readonly byte[] _rest = new byte[StripeBytes];
    private int _restBytes;
    private long _totalBytes;
    private uint _lane1 = unchecked(Prime1 + Prime2);
    private uint _lane2 = Prime2;
    private uint _lane3;
    private uint _lane4 = unchecked(0 - Prime1);

    /// <summary>The hash of all bytes so far. More may follow.</summary>
    public uint Value
    {
        get
        {
            uint hash = _totalBytes < StripeBytes
                ? Prime5
                : BitOperations.RotateLeft(_lane1, 1) + BitOperations.RotateLeft(_lane2, 7) + BitOperations.RotateLeft(_lane3, 12) + BitOperations.RotateLeft(_lane4, 18);
            hash += (uint)_totalBytes;
            var rest = _rest.AsSpan(0, _restBytes);
            for (; rest.Length >= sizeof(uint); rest = rest[sizeof(uint)..])
                hash = BitOperations.RotateLeft(hash + (BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime3), 17) * Prime4;

            foreach (byte last in rest)
                hash = BitOperations.RotateLeft(hash + (last * Prime5), 11) * Prime1;

            hash = (hash ^ (hash >> 15)) * Prime2;
            hash = (hash ^ (hash >> 13)) * Prime3;
            return hash ^ (hash >> 16);
        }
    }

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var hash = new XxHash32();
        hash.Append(bytes);
        return hash.Value;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _totalBytes += bytes.Length;
        if (_restBytes > 0)
        {
            int taken = Math.Min(bytes.Length, StripeBytes - _restBytes);
            bytes[..taken].CopyTo(_rest.AsSpan(_restBytes));
            _restBytes += taken;
            bytes = bytes[taken..];
            if (_restBytes < StripeBytes)
                return;

            Mix(_rest);
        }

        int whole = bytes.Length - (bytes.Length % StripeBytes);
        Mix(bytes[..whole]);
        bytes = bytes[whole..];
        bytes.CopyTo(_rest);
        _restBytes = bytes.Length;
    }

    /// <summary>Takes whole stripes.</summary>
    private void Mix(ReadOnlySpan<byte> stripes)
    {
        var (lane1, lane2, lane3, lane4) = (_lane1, _lane2, _lane3, _lane4);
        for (; stripes.Length >= StripeBytes; stripes = stripes[StripeBytes..])
        {
            lane1 = Mix(lane1, BinaryPrimitives.ReadUInt32LittleEndian(stripes));
            lane2 = Mix(lane2, BinaryPrimitives.ReadUInt32LittleEndian(stripes[4..]));
            lane3 = Mix(lane3, BinaryPrimitives.ReadUInt32LittleEndian(stripes[8..]));
            lane4 = Mix(lane4, BinaryPrimitives.ReadUInt32LittleEndian(stripes[12..]));
        }

        (_lane1, _lane2, _lane3, _lane4) = (lane1, lane2, lane3, lane4);
    }

    private static uint Mix(uint lane, uint word) => BitOperations.RotateLeft(lane + (word * Prime2), 13) * Prime1;
}
