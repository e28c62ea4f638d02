using VectorStore.Server.Rpc.Health;

namespace VectorStore.Server.Tests.Health;

public sealed class HealthStateTests
{
    [Fact]
    public void Get_BeforeAnythingIsSaid_KnowsTheServerOnly()
    {
        var state = new HealthState();
        Assert.Equal(ServiceHealth.NotServing, state.Get(HealthState.Overall));
        Assert.Null(state.Get("a.B"));
    }

    [Fact]
    public void Set_WithAnotherState_CompletesTheSignalThatWasHandedOutBefore()
    {
        var state = new HealthState();
        var before = state.Observe("a.B");
        state.Set("a.B", ServiceHealth.Serving);
        Assert.True(before.Changed.IsCompleted);

        var after = state.Observe("a.B");
        Assert.Equal(ServiceHealth.Serving, after.Health);
        state.Set("a.B", ServiceHealth.Serving);
        Assert.False(after.Changed.IsCompleted);
    }

    [Fact]
    public void Stop_MakesEverythingNotServingForGood()
    {
        var state = new HealthState();
        state.Set("a.B", ServiceHealth.Serving);
        state.SetAll(ServiceHealth.Serving);
        Assert.Equal(ServiceHealth.Serving, state.Get(HealthState.Overall));

        state.Stop();
        state.Stop();
        state.Set("a.B", ServiceHealth.Serving);
        state.SetAll(ServiceHealth.Serving);
        Assert.Equal(ServiceHealth.NotServing, state.Get("a.B"));
        Assert.Equal(ServiceHealth.NotServing, state.Get(HealthState.Overall));
        Assert.True(state.Observe("a.B").Stopped);
    }

    [Fact]
    public async Task Observe_WhileOthersChangeTheState_MissesNoLastState()
    {
        var state = new HealthState();
        var writers = Enumerable.Range(0, 4).Select(number => Task.Run(() =>
        {
            for (int round = 0; round < 5_000; round++)
                state.Set($"s.{number}", round % 2 == 0 ? ServiceHealth.Serving : ServiceHealth.NotServing);

            state.Set($"s.{number}", ServiceHealth.Serving);
        })).ToArray();
        var watchers = Enumerable.Range(0, 4).Select(async number =>
        {
            while (true)
            {
                var snapshot = state.Observe($"s.{number}");
                if (writers[number].IsCompleted && state.Get($"s.{number}") == ServiceHealth.Serving)
                    return;

                if (snapshot.Health is null || !writers[number].IsCompleted)
                    await Task.WhenAny(snapshot.Changed, writers[number]);
            }
        });
        await Task.WhenAll(watchers.Concat(writers)).WaitAsync(TimeSpan.FromSeconds(60));
    }
}
