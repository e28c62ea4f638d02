using Microsoft.Extensions.DependencyInjection;
using VectorStore.Client.Tests.Support;

namespace VectorStore.Client.Tests.DependencyInjection;

public sealed class ServiceCollectionTests
{
    [Fact]
    public async Task AddVectorStoreClient_GivesOneClientAndClosesIt()
    {
        await using var server = await RunningServer.StartAsync();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddVectorStoreClient(options => options.Endpoint = server.Address);
        VectorStoreClient client;
        await using (var provider = services.BuildServiceProvider())
        {
            client = provider.GetRequiredService<VectorStoreClient>();
            Assert.Same(client, provider.GetRequiredService<VectorStoreClient>());
            Assert.Equal(server.Address, client.Endpoint);
            Assert.Empty(await client.ListCollectionsAsync());
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ListCollectionsAsync());
    }

    [Fact]
    public void AddVectorStoreClient_WithoutAnyOptions_WorksInAContainerThatIsNotAsynchronous()
    {
        using var provider = new ServiceCollection().AddVectorStoreClient().BuildServiceProvider();
        Assert.Equal(new Uri("http://127.0.0.1:6334"), provider.GetRequiredService<VectorStoreClient>().Endpoint);
    }
}
