namespace VectorStore.Engine.Tests.Filtering;

public sealed class FilterNumberTests
{
    /// <summary>In strictly ascending order by value; the doubles next to the ends of the 64-bit range are where rounding would show.</summary>
    private static readonly FilterNumber[] s_ascending =
    [
        -double.MaxValue, -9223372036854777856.0, long.MinValue, long.MinValue + 1, -9007199254740993, -9007199254740992.0, -1.5, -1, -0.5, -double.Epsilon, 0,
        double.Epsilon, 0.5, 1, 1.5, 9007199254740991, 9007199254740992.0, 9007199254740993, long.MaxValue, 9223372036854775808.0, 9223372036854775809UL,
        18446744073709549568.0, ulong.MaxValue, 18446744073709551616.0, double.MaxValue,
    ];

    [Fact]
    public void CompareTo_OfAnyPair_FollowsTheValues()
    {
        for (int i = 0; i < s_ascending.Length; i++)
        {
            for (int j = 0; j < s_ascending.Length; j++)
            {
                Assert.Equal(i.CompareTo(j), Math.Sign(s_ascending[i].CompareTo(s_ascending[j])));
                Assert.Equal(i == j, s_ascending[i] == s_ascending[j]);
            }
        }
    }

    [Fact]
    public void Equality_OfIntegersAndDoubles_IsByValue()
    {
        Assert.Equal((FilterNumber)3, (FilterNumber)3.0);
        Assert.Equal(((FilterNumber)3).GetHashCode(), ((FilterNumber)3.0).GetHashCode());
        Assert.Equal((FilterNumber)0, (FilterNumber)(-0.0));
        Assert.Equal(default, (FilterNumber)0);
        Assert.NotEqual((FilterNumber)9007199254740993, (FilterNumber)9007199254740992.0);
        Assert.Equal((FilterNumber)long.MinValue, (FilterNumber)(double)long.MinValue);
    }
}
