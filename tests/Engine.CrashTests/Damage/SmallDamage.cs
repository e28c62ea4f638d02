using System.Text.RegularExpressions;
using VectorStore.Engine.Simulation;

namespace VectorStore.Engine.CrashTests.Damage;

/// <summary>One damage of one file on the simulated disk.</summary>
/// <param name="Path">The file.</param>
/// <param name="What">For messages.</param>
/// <param name="Apply">Does it.</param>
internal sealed partial record SmallDamage(string Path, string What, Action<SimulatedFileSystem> Apply)
{
    private const int BlockBytes = 512;

    public override string ToString() => $"{Path}: {What}";

    public static SmallDamage Flip(string path, long offset, int bit) =>
        new(path, $"bit {bit} of byte {offset} flipped", disk => disk.FlipBits(path, offset, (byte)(1 << bit)));

    /// <summary>Something worse than a bit, anywhere.</summary>
    public static SmallDamage Draw(Random random, SimulatedFileSystem disk, IReadOnlyList<string> files)
    {
        string path = files[random.Next(files.Count)];
        byte[] bytes = disk.LiveBytes(path);
        long blocks = (bytes.Length + BlockBytes - 1) / BlockBytes;
        long first = random.NextInt64(blocks) * BlockBytes;
        long second = random.NextInt64(blocks) * BlockBytes;
        int length = (int)Math.Min(BlockBytes, bytes.Length - Math.Max(first, second));
        switch (random.Next(6))
        {
            case 0:
                return Flip(path, random.NextInt64(bytes.Length), random.Next(8));
            case 1:
                return Overwrite(path, first, new byte[Math.Min(BlockBytes, bytes.Length - first)], $"{BlockBytes} bytes from {first} zeroed");
            case 2:
                return new(path, $"cut to {first} bytes", target => target.DamageLength(path, first));
            case 3:
                int more = random.Next(1, 2 * BlockBytes);
                return new(path, $"{more} bytes longer", target => target.DamageLength(path, bytes.Length + more));
            case 4:
                return new(path, $"blocks at {first} and {second} swapped", target =>
                {
                    target.Damage(path, first, bytes.AsSpan((int)second, length));
                    target.Damage(path, second, bytes.AsSpan((int)first, length));
                });
            default:
                var alike = files.Where(file => KindOf(file) == KindOf(path)).ToList();
                string other = alike[random.Next(alike.Count)];
                byte[] foreign = disk.LiveBytes(other);
                int count = (int)Math.Min(BlockBytes, Math.Min(bytes.Length, foreign.Length) - first);
                return count <= 0 ? Flip(path, 0, random.Next(8)) : Overwrite(path, first, foreign.AsSpan((int)first, count).ToArray(), $"{count} bytes at {first} are those of {other}");
        }
    }

    /// <summary>The name without what tells files of one kind apart: numbers and tokens.</summary>
    public static string KindOf(string path) => Numbers().Replace(path[(path.LastIndexOf('/') + 1)..], "#");

    private static SmallDamage Overwrite(string path, long offset, byte[] bytes, string what) => new(path, what, disk => disk.Damage(path, offset, bytes));

    [GeneratedRegex("[0-9a-f]{32}|[0-9a-f-]{36}|[0-9]+")]
    private static partial Regex Numbers();
}
