using System.Runtime.InteropServices;

namespace VectorStore.Engine.Payloads;

/// <summary>A <see cref="PayloadKey"/> and a part number, as they lie in FASTER's log: 32 bytes, fixed for ever by docs/format/payload-device.md.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal readonly struct FasterKey
{
    /// <summary>Set in every key, so that no key is all zeros like memory that was never written.</summary>
    private const uint Present = 0x8000_0000;

    [FieldOffset(0)]
    private readonly ulong _idHigh;

    [FieldOffset(8)]
    private readonly ulong _idLow;

    [FieldOffset(16)]
    private readonly ulong _lsn;

    [FieldOffset(24)]
    private readonly uint _idKind;

    [FieldOffset(28)]
    private readonly uint _part;

    public FasterKey(in PayloadKey key, int part)
    {
        _idHigh = key.Id.High;
        _idLow = key.Id.Low;
        _lsn = key.Lsn;
        _idKind = Present | (uint)key.Id.Kind;
        _part = (uint)part;
    }

    public bool Equals(in FasterKey other) =>
        _idLow == other._idLow && _lsn == other._lsn && _idHigh == other._idHigh && _idKind == other._idKind && _part == other._part;

    public ulong Hash(ulong seed)
    {
        ulong hash = Mix(seed ^ _idLow);
        hash = Mix(hash ^ _idHigh);
        hash = Mix(hash ^ _lsn);
        return Mix(hash ^ (((ulong)_idKind << 32) | _part));
    }

    // The finaliser of MurmurHash3 by Austin Appleby: every bit of the input changes half of the output.
    private static ulong Mix(ulong value)
    {
        value ^= value >> 33;
        value *= 0xff51afd7ed558ccd;
        value ^= value >> 33;
        value *= 0xc4ceb9fe1a85ec53;
        return value ^ (value >> 33);
    }
}
