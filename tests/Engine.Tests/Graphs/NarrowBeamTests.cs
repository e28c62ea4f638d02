using VectorStore.Engine.Distance.Kernels;
using VectorStore.Engine.Graphs.Kernels;

namespace VectorStore.Engine.Tests.Graphs;

/// <summary>Keys that arrive in a narrow beam, against a sorted list.</summary>
public sealed unsafe class NarrowBeamTests
{
    [SkippableFact]
    public void Insert_OfAnything_IsASortedListOfTheNearest()
    {
        Skip.IfNot(NarrowBeam.IsSupported, "this processor has no AVX2; walks do without");
        var random = new Random(7);
        ulong[] keys = new ulong[NarrowBeam.Width];
        uint[] fresh = new uint[40];
        float[] distances = new float[40];
        for (int life = 0; life < 200; life++)
        {
            var model = new List<ulong>();
            int width = random.Next(1, NarrowBeam.Width + 1);
            uint next = 0;
            fixed (ulong* places = keys)
                NarrowBeam.Clear(places, 0);

            for (int round = 0; round < 30; round++)
            {
                int count = random.Next(33);
                for (int i = 0; i < fresh.Length; i++)
                {
                    // Old ones behind the last, as in a walk, which would be the nearest of all; equal distances, and negative ones, as of inner products.
                    fresh[i] = next++;
                    distances[i] = i >= count ? -1_000 : life % 2 == 0 ? random.Next(-3, 4) : (random.NextSingle() * 20) - 10;
                }

                float bound = round == 0 ? float.PositiveInfinity : (random.NextSingle() * 24) - 12;
                var arrived = Enumerable.Range(0, count).Where(i => distances[i] < bound).Select(i => ((ulong)DistanceOrder.ToKey(distances[i]) << 32) | (fresh[i] << 1)).ToList();
                model = [.. model.Concat(arrived).Order()];
                int held = Math.Min(model.Count, width);

                int taken;
                uint expanded;
                fixed (ulong* places = keys)
                fixed (uint* points = fresh)
                fixed (float* measured = distances)
                    taken = NarrowBeam.Insert(places, width, points, measured, count, bound, out expanded);

                Assert.Equal(arrived.Count, taken);
                Assert.Equal(model[..held], keys[..held]);
                Assert.All(keys[Math.Min(model.Count, NarrowBeam.Width)..], key => Assert.Equal(ulong.MaxValue, key));
                for (int i = 0; i < held; i++)
                    Assert.Equal((keys[i] & 1) != 0, (expanded & (1u << i)) != 0);

                // Some are expanded, as a walk does it.
                for (int mark = random.Next(3); mark > 0 && held > 0; mark--)
                {
                    int place = random.Next(held);
                    model[place] |= 1;
                    keys[place] |= 1;
                }
            }
        }
    }
}
