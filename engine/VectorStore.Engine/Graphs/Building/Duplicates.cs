using VectorStore.Engine.Distance.Kernels;

namespace VectorStore.Engine.Graphs.Building;

/// <summary>Rows that are the same to the byte, and so cannot be told apart by any distance.</summary>
/// <remarks>
/// A crowd of them would be each other's nearest neighbours and link to nothing else. So the graph is built of one row of each kind, and the others are hung in after it: they form a
/// ring behind their first, and share out links to what is around it.
/// </remarks>
internal sealed class Duplicates
{
    // Links of a copy that go on along its ring; the others lead where those of the first lead.
    private const int RingLinks = 3;

    // Next row of the same bytes, in the order of rows; the last leads to the first again, and a row without copies to itself. Empty where all rows differ.
    private readonly uint[] _next;

    private Duplicates(uint[] firsts, uint[] next)
    {
        Firsts = firsts;
        _next = next;
    }

    /// <summary>One row of each kind, in order.</summary>
    public uint[] Firsts { get; }

    public static Duplicates Find<TDistance>(ByteSpace<TDistance> space, uint count)
        where TDistance : struct, IByteDistance
    {
        uint[] byContents = new uint[count];
        ulong[] hashes = new ulong[count];
        for (uint row = 0; row < count; row++)
        {
            byContents[row] = row;
            hashes[row] = space.Hash(row);
        }

        Array.Sort(hashes, byContents);
        uint[] next = [];
        bool[] copies = new bool[count];
        for (int start = 0; start < byContents.Length;)
        {
            int end = start + 1;
            while (end < byContents.Length && hashes[end] == hashes[start])
                end++;

            if (end - start > 1)
            {
                if (next.Length == 0)
                    next = Alone(count);

                Array.Sort(byContents, start, end - start);
                Chain(space, byContents.AsSpan(start, end - start), next, copies);
            }

            start = end;
        }

        var firsts = new List<uint>((int)count);
        for (uint row = 0; row < count; row++)
        {
            if (!copies[row])
                firsts.Add(row);
        }

        return new Duplicates([.. firsts], next);
    }

    private static uint[] Alone(uint count)
    {
        uint[] next = new uint[count];
        for (uint row = 0; row < count; row++)
            next[row] = row;

        return next;
    }

    /// <summary>Gives every copy its links, and the first of each kind one to the next.</summary>
    public void HangIn(LinkTable links)
    {
        if (_next.Length == 0)
            return;

        foreach (uint first in Firsts)
        {
            uint copy = _next[first];
            if (copy != first)
                HangIn(links, first, copy);
        }
    }

    /// <summary>Rows of one hash, sorted: those of the same bytes are chained. Rows of different bytes and one hash are as good as never met, and stay apart.</summary>
    private static void Chain<TDistance>(ByteSpace<TDistance> space, ReadOnlySpan<uint> rows, uint[] next, bool[] copies)
        where TDistance : struct, IByteDistance
    {
        for (int i = 0; i < rows.Length; i++)
        {
            if (copies[rows[i]])
                continue;

            uint first = rows[i];
            uint last = first;
            for (int j = i + 1; j < rows.Length; j++)
            {
                if (copies[rows[j]] || !space.AreEqual(first, rows[j]))
                    continue;

                copies[rows[j]] = true;
                next[last] = rows[j];
                last = rows[j];
            }

            next[last] = first;
        }
    }

    private void HangIn(LinkTable links, uint first, uint copy)
    {
        uint[] around = Around(links, first);
        int nextAround = 0;
        for (uint row = copy; row != first; row = _next[row])
        {
            var room = links.RoomOf(row);
            int count = 0;
            uint along = row;
            for (int i = 0; i < Math.Min(RingLinks, room.Length - 1); i++)
            {
                along = _next[along];
                if (along == row || room[..count].Contains(along))
                    break;

                room[count++] = along;
            }

            // Each copy goes on where the one before it ended, so that a walk caught in the crowd sees all that is around it.
            for (int taken = 0; taken < around.Length && count < room.Length; taken++)
            {
                room[count++] = around[nextAround];
                nextAround = (nextAround + 1) % around.Length;
            }

            links.SetCount(row, count);
        }

        // The way in: where the first is full it gives up its last link, which copies have.
        var own = links.RoomOf(first);
        int used = Math.Min(links.Of(first).Length, own.Length - 1);
        own[used] = copy;
        links.SetCount(first, used + 1);
    }

    /// <summary>What a row is linked to, and what that is linked to.</summary>
    private static uint[] Around(LinkTable links, uint row)
    {
        var around = new List<uint>();
        var seen = new HashSet<uint> { row };
        foreach (uint neighbour in links.Of(row))
        {
            if (seen.Add(neighbour))
                around.Add(neighbour);
        }

        foreach (uint neighbour in around.ToArray())
        {
            foreach (uint farther in links.Of(neighbour))
            {
                if (seen.Add(farther))
                    around.Add(farther);
            }
        }

        return [.. around];
    }
}
